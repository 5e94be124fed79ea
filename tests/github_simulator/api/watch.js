import { Waits } from '../http/waits.js';
import { viewerOfAuthorization } from './authentication.js';

/** Looks at every API request and its answer, whoever gives it: a route or a fault. */
export class ApiWatch {
  #sim;
  #waits;

  /** @param {import('../simulator.js').Simulator} sim */
  constructor(sim) {
    this.#sim = sim;
    this.#waits = new Waits(sim.clock);
  }

  /** @param {import('../http/request.js').Request} request */
  onRequest(request) {
    if (!isApi(request)) return;
    const early = this.#waits.earliness(request);
    if (!early) return;
    this.#sim.journal.append('early_request', {
      method: request.method, path: request.target,
      user: viewerOfAuthorization(this.#sim, request)?.user.login ?? null, ...early,
    });
  }

  /**
   * @param {import('../http/request.js').Request} request
   * @param {import('../http/answer.js').Answer} answer
   * @param {boolean} isFaulty
   */
  async onAnswer(request, answer, isFaulty) {
    if (!isApi(request)) return;
    this.#waits.noteAnswer(request, answer);
    await this.#sim.contract?.check(request, answer, isFaulty);
  }
}

function isApi({ path }) {
  return path.startsWith('/api/v3/');
}
