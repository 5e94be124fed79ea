import { networkInterfaces } from 'node:os';
import { HttpError } from './errors.js';

const BODY_CAP = 25 * 1024 * 1024;

/** What handlers see of a request. */
export class Request {
  #body;

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('node:http').ServerResponse} outgoing for handlers that stream
   */
  constructor(incoming, outgoing) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.method = incoming.method ?? 'GET';
    this.target = incoming.url ?? '/';
    const [path, ...query] = this.target.split('?');
    this.path = path;
    this.query = new URLSearchParams(query.join('?'));
    /** @type {Record<string, string>} filled by the router */
    this.params = {};
    /** @type {string | null} the path by which `Link` names other pages, if not its own */
    this.linkPath = null;
    /**
     * Who asks, if that is known without a token.
     * @type {import('../api/endpoint.js').Viewer | null}
     */
    this.viewer = null;
  }

  /**
   * Makes it a request for what is below another path, by somebody who is known.
   * @param {import('../api/endpoint.js').Viewer} viewer
   * @param {string} prefix of its path, as received
   * @param {string} instead
   */
  continueAs(viewer, prefix, instead) {
    this.viewer = viewer;
    this.path = instead + this.path.slice(prefix.length);
    this.target = instead + this.target.slice(prefix.length);
  }

  /** @param {string} name @returns {string} empty when absent */
  header(name) {
    return String(this.incoming.headers[name] ?? '');
  }

  /** From one of its own addresses, the loopback's or another. */
  get fromThisMachine() {
    const remote = (this.incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    return remote.startsWith('127.') || own.some(({ address }) => address === remote);
  }

  /** @returns {Promise<Buffer>} */
  body() {
    this.#body ??= readBody(this.incoming);
    return this.#body;
  }

  /** @returns {Promise<string>} */
  async text() {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(await this.body());
    } catch (error) {
      if (error instanceof HttpError) throw error;
      throw new HttpError(400, 'Problems parsing JSON');
    }
  }

  /** @returns {Promise<any>} any JSON value */
  async json() {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new HttpError(400, 'Problems parsing JSON');
    }
  }

  /** @returns {Promise<Record<string, any>>} an empty body is an empty object */
  async jsonObject() {
    if ((await this.body()).length === 0) return {};
    const value = await this.json();
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw new HttpError(400, 'Body should be a JSON object');
    }
    return value;
  }

  /** Fields of a form, or of a JSON object when the content type says so; texts only. */
  async fields() {
    if (this.header('content-type').startsWith('application/json')) {
      const entries = Object.entries(await this.jsonObject());
      return new URLSearchParams(entries.map(([name, value]) => [name, String(value)]));
    }
    return new URLSearchParams(await this.text());
  }
}

async function readBody(incoming) {
  const tooLarge = () => new HttpError(413, 'Payload too large', { headers: { connection: 'close' } });
  if (Number(incoming.headers['content-length'] ?? 0) > BODY_CAP) throw tooLarge();
  const chunks = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > BODY_CAP) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
