import { answerProblems } from './answers.js';
import { Description } from './description.js';
import { documentedPath, isKnown } from './exceptions.js';
import { requestProblems } from './requests.js';
import { Schemas } from './schemas.js';

const API = '/api/v3';
const VIOLATIONS_CAP = 1000;
const PROBLEMS_CAP = 20;

/**
 * @typedef {object} Violation
 * @property {'request' | 'answer' | 'event'} of
 * @property {string} method
 * @property {string} path
 * @property {string | null} operation null: there is none
 * @property {number | null} status of the answer
 * @property {string[]} problems
 */

/** Checks requests, answers and webhooks against GitHub's published description. */
export class Contract {
  #sim;
  #description;
  #schemas;
  #requests = 0;
  /** @type {Map<string, number>} */
  #operations = new Map();
  /** @type {Violation[]} */
  #violations = [];

  /**
   * @param {import('../simulator.js').Simulator} sim
   * @param {string} folder with the npm packages of package.json in node_modules
   */
  constructor(sim, folder) {
    this.#sim = sim;
    this.#description = new Description(folder);
    this.#schemas = new Schemas(this.#description, folder);
  }

  /**
   * @param {import('../http/request.js').Request} request to the API
   * @param {import('../http/answer.js').Answer} answer
   * @param {boolean} isFaulty it is no route's own answer
   */
  async check(request, answer, isFaulty) {
    this.#requests += 1;
    const { method, path, query } = request;
    const found = this.#description.find(method, documentedPath(path.slice(API.length)));
    const about = { method, path: request.target, operation: found?.operation.name ?? null,
                    status: answer.status };
    if (!found) {
      this.#violate({ of: 'request', ...about, problems: ['there is no such operation'] });
      return;
    }
    const { operation, params } = found;
    this.#operations.set(operation.name, (this.#operations.get(operation.name) ?? 0) + 1);
    const body = answer.status === 413 ? Buffer.alloc(0) : await request.body();
    this.#report({ of: 'request', ...about }, requestProblems(
      this.#schemas, this.#description, operation, { params, query, body }));
    if (isFaulty) return;
    this.#report({ of: 'answer', ...about }, answerProblems(
      this.#schemas, this.#description, operation, answer));
  }

  /**
   * @param {string} event
   * @param {string | null} action
   * @param {string} payload JSON
   */
  checkEvent(event, action, payload) {
    const schema = this.#description.event(event, action);
    const about = { of: /** @type {const} */ ('event'), method: 'EVENT', path: event,
                    operation: [event, ...(action ? [action] : [])].join(' '), status: null };
    this.#report(about, schema
      ? this.#schemas.problems(schema, JSON.parse(payload), { exact: false })
      : ['there is no such event']);
  }

  /** What `GET /_simulator/contract` answers. */
  report() {
    return { requests: this.#requests, operations: Object.fromEntries([...this.#operations].sort()),
             violations: this.#violations };
  }

  #report(about, problems) {
    const unknown = problems.filter(
      (problem) => !isKnown(`${about.of} of ${about.operation}`, problem));
    if (unknown.length > 0) this.#violate({ ...about, problems: unknown.slice(0, PROBLEMS_CAP) });
  }

  #violate(violation) {
    if (this.#violations.length < VIOLATIONS_CAP) this.#violations.push(violation);
    this.#sim.journal.append('contract_violation', violation);
    process.stderr.write(`contract: ${violation.of} ${violation.method} ${violation.path} (${
      violation.status}): ${violation.problems.join('; ')}\n`);
  }
}
