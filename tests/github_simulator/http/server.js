import http from 'node:http';
import { randomUUID } from 'node:crypto';
import { json, send } from './answer.js';
import { HttpError } from './errors.js';
import { alter, inject } from './fault_injection.js';
import { Request } from './request.js';
import { Router } from './router.js';

const DRAIN_MS = 10_000;

/**
 * @typedef {object} Watch who looks at everything that comes and goes
 * @property {(request: Request) => void} onRequest
 * @property {(request: Request, answer: import('./answer.js').Answer, isFaulty: boolean) =>
 *            Promise<void>} onAnswer before it is sent
 */

/** The HTTP server: routing, faults on demand, and errors that no route has turned into answers. */
export class Server {
  #router;
  #journal;
  #faults;
  #urls;
  #watch;
  #server;

  /**
   * @param {import('./router.js').Route[]} routes
   * @param {object} what
   * @param {import('../state/journal.js').Journal} what.journal
   * @param {import('../state/faults.js').Faults} what.faults
   * @param {import('../shapes/urls.js').Urls} what.urls
   * @param {Watch} what.watch
   */
  constructor(routes, { journal, faults, urls, watch }) {
    this.#router = new Router(routes);
    this.#journal = journal;
    this.#faults = faults;
    this.#urls = urls;
    this.#watch = watch;
    this.#server = http.createServer((incoming, outgoing) => this.#serve(incoming, outgoing));
    this.#server.headersTimeout = 30_000;
    this.#server.requestTimeout = 600_000;
    this.#server.keepAliveTimeout = 75_000;
  }

  /**
   * @param {string} host
   * @param {number} port 0: any
   * @returns {Promise<number>} the port
   */
  listen(host, port) {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  /** Lets running requests finish, for a while. */
  close() {
    return new Promise((resolve) => {
      const force = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
      this.#server.close(() => {
        clearTimeout(force);
        resolve(undefined);
      });
      this.#server.closeIdleConnections();
    });
  }

  async #serve(incoming, outgoing) {
    incoming.on('error', () => {});
    outgoing.on('error', () => {});
    outgoing.setHeader('server', 'GitHub.com');
    outgoing.setHeader('x-github-request-id', randomUUID().toUpperCase());
    const request = new Request(incoming, outgoing);
    try {
      this.#watch.onRequest(request);
      const fault = await this.#faultFor(request);
      const answer = (fault && await inject(fault, request)) ?? await this.#work(request, fault);
      if (!answer || answer.status === 0) return;
      await this.#watch.onAnswer(request, answer, fault !== null);
      send(outgoing, answer);
    } catch (error) {
      this.#sendError(request, error);
    }
  }

  async #work(request, fault) {
    const match = this.#router.match(request.method, request.path);
    if (!match) return errorAnswer(new HttpError(404, 'Not Found'));
    request.params = match.params;
    const answer = await match.route.handler(request);
    return answer && fault ? alter(fault, request, answer, this.#urls.web) : answer;
  }

  async #faultFor(request) {
    if (request.path.startsWith('/_simulator/')) return null;
    const match = this.#faults.match(request.method, request.target);
    if (!match) return null;
    const { index, fault } = match;
    await this.#journal.commit('fault_applied', {
      index, method: request.method, path: request.target, fault,
    });
    return fault;
  }

  #sendError(request, error) {
    if (!(error instanceof HttpError)) {
      // A connection that the other side closed is no fault of this program.
      if (request.incoming.destroyed && !request.incoming.complete) return;
      process.stderr.write(`${request.method} ${request.path}: ${error?.stack ?? error}\n`);
      error = new HttpError(500, 'Server Error');
    }
    send(request.outgoing, errorAnswer(error));
  }
}

function errorAnswer({ status, message, headers }) {
  return json(status, { message, documentation_url: 'https://docs.github.com/rest',
                        status: String(status) }, headers);
}
