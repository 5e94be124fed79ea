// Requests to the server: with the token, and with its refusals as failures.
import { tokenFor } from './access.mjs';
import { Failure, Refused, Unreachable } from './failure.mjs';

const ANSWER_MS = 30_000;
const MOST_REDIRECTS = 5;

const REASONS = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself (NODE_EXTRA_CA_CERTS names others to trust)',
  SELF_SIGNED_CERT_IN_CHAIN: 'nobody whom this machine trusts signed its certificate (NODE_EXTRA_CA_CERTS names others)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody whom this machine trusts signed its certificate (NODE_EXTRA_CA_CERTS names others)',
};

/** Why there was no answer, in words. */
export function reasonOf(error) {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'it did not answer in time';
  const { cause } = error;
  return REASONS[cause?.code] ?? cause?.code ?? cause?.message ?? error.message;
}

export class Api {
  #token;
  /** Whether it has ever answered. */
  answered = false;

  /** `server` is an origin. */
  constructor(server, environment) {
    this.server = server;
    this.#token = tokenFor(server, environment);
  }

  get(path) {
    return this.#json('GET', path);
  }

  post(path, body) {
    return this.#json('POST', path, body === undefined ? undefined : JSON.stringify(body));
  }

  /** `body` is a text of this type. */
  put(path, body, type) {
    return this.#json('PUT', path, body, type);
  }

  async text(path) {
    const { text, type } = await this.#whole('GET', path, {});
    // A page of something else says so.
    if (/^text\/html/.test(type)) throw this.#foreign();
    return text;
  }

  /**
   * The answer to a GET of what may come for a long time, once it has begun; `close` gives it up.
   * @returns {Promise<{ answer: Response, close: () => void }>}
   */
  async open(path, headers = {}) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), ANSWER_MS);
    try {
      // Compressed by a proxy, the bytes would come late.
      const answer = await this.#answer('GET', path, { headers: { 'accept-encoding': 'identity', ...headers }, signal: control.signal });
      if (!answer.ok) throw await this.#refusal(answer);
      return { answer, close: () => control.abort() };
    } catch (error) {
      control.abort();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #json(method, path, body, type = 'application/json') {
    const { text } = await this.#whole(method, path, body === undefined ? {} : { headers: { 'content-type': type }, body });
    try {
      return JSON.parse(text);
    } catch {
      throw this.#foreign();
    }
  }

  async #whole(method, path, options) {
    const answer = await this.#answer(method, path, { ...options, signal: AbortSignal.timeout(ANSWER_MS) });
    if (!answer.ok) throw await this.#refusal(answer);
    try {
      return { text: await answer.text(), type: answer.headers.get('content-type') ?? '' };
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #foreign() {
    return new Failure(`what ${this.server} answers is not Kozmic's; is that its address?`);
  }

  async #answer(method, path, options) {
    let url = new URL(path, this.server);
    for (let redirects = 0; ; redirects++) {
      let answer;
      try {
        answer = await fetch(url, {
          ...options,
          method,
          redirect: 'manual',
          headers: { ...options.headers, authorization: `Bearer ${this.#token}` },
        });
      } catch (error) {
        throw this.#unreachable(error);
      }
      this.answered = true;
      const location = answer.headers.get('location');
      if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
      await answer.body?.cancel();
      url = this.#redirected(url, location);
      if (method !== 'GET') throw new Failure(`${this.server} sends this change on to ${url}, which is not followed`);
      if (redirects === MOST_REDIRECTS) throw new Failure(`${this.server} sends requests on and on`);
    }
  }

  /** The token is for this server alone. */
  #redirected(url, location) {
    let target;
    try {
      target = new URL(location, url);
    } catch {
      throw new Failure(`${this.server} sends requests on to no address`);
    }
    if (target.origin === url.origin) return target;
    throw new Failure(`${this.server} sends requests on to ${target.origin}, which the token is not sent to; ` +
      'if that is the server, name it by that address');
  }

  #unreachable(error) {
    return new Unreachable(`cannot reach ${this.server}: ${reasonOf(error)}`);
  }

  async #refusal(answer) {
    let told = {};
    try {
      told = JSON.parse(await answer.text()) ?? {};
    } catch {
      // A proxy's page, say: the status has to do.
    }
    const { code, field } = told;
    const wait = Number(answer.headers.get('retry-after')) || 0;
    // A message that names the field already, as of one hook among several, needs no second name.
    const named = field && !told.message?.includes(`${field}:`) ? `${field}: ` : '';
    const message = told.message ? `: ${named}${told.message}` : '';
    if (answer.status === 401 && code !== 'sign_in_needed') {
      return new Refused(401, `${this.server} does not know the token in KOZMIC_TOKEN, or it has expired: ` +
        `${this.server}/account/settings/ makes another`);
    }
    const hint = code === 'sign_in_needed' ? ` (at ${this.server}/login/)` : '';
    return new Refused(answer.status, `${this.server} answers ${answer.status}${message}${hint}`, wait);
  }
}
