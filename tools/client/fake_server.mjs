// For tests: a server that speaks as much of gateway/API.md as the commands use, and fails as it is told;
// and the commands as processes.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const TOKEN = 'kzp_test';
const MAIN = join(dirname(fileURLToPath(import.meta.url)), 'main.mjs');

const at = (seconds) => new Date(Date.UTC(2026, 0, 2, 3, 4, seconds)).toISOString();

export function job(number, status, more = {}) {
  const ended = !['enqueued', 'pending'].includes(status);
  return {
    number, title: `Job ${number}`, image: 'debian:12', status, reason: '', exit_code: null, attempt: 1, queued_at: at(0),
    started_at: status === 'enqueued' ? null : at(1), finished_at: ended ? at(43) : null, runner: null, phases: [],
    log: { id: `1/2/${number}/1`, size: 0, sealed: ended, sha256: null, expired: false }, hook_id: 1, gate: null,
    cancelling: false, labels: [], ...more,
  };
}

export function build(number, status, jobs, more = {}) {
  const ended = !['enqueued', 'pending'].includes(status);
  return {
    project_id: 1, number, status, ref: 'refs/heads/main', branch: 'main', commit: 'a'.repeat(40),
    commit_url: `https://github.com/octo/hello/commit/${'a'.repeat(40)}`, message: 'Say hello\n\nAt length.',
    author: { name: 'Octo', login: 'octo', avatar_url: '' }, created_at: at(0), started_at: status === 'enqueued' ? null : at(1),
    finished_at: ended ? at(63) : null, revision: 1, trigger: 'push', pull_request: null, fork: null, approval: null,
    variables: {}, creator: '', generation: 1, jobs, ...more,
  };
}

export class FakeServer {
  builds = new Map();
  projects = [{ id: 1, repository: 'octo/hello' }, { id: 7, repository: 'Octo/Other' }];
  /** Requests as "METHOD /path?query", with their bodies in `bodies`. */
  requests = [];
  bodies = [];
  authorizations = new Set();
  /** `(request, response, url, body)` → true when it has answered; before everything else. */
  intercept = () => false;
  log = { bytes: Buffer.alloc(0), sealed: true };
  streams = new Set();
  #followers = new Set();

  async start() {
    this.server = createServer((request, response) => this.#take(request, response));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.base = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  json(response, status, body, headers = {}) {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }).end(JSON.stringify(body));
  }

  refuse(response, status, code, message, more = {}) {
    this.json(response, status, { code, message, ...more });
  }

  put(one) {
    this.builds.set(one.number, one);
  }

  /** Changes the build and tells who watches. */
  change(one) {
    this.put({ ...one, revision: this.builds.get(one.number).revision + 1 });
    this.tell([this.builds.get(one.number)]);
  }

  tell(builds) {
    for (const response of this.streams) this.send(response, builds);
  }

  send(response, builds) {
    const text = `event: project\ndata: ${JSON.stringify({ project_id: 1, revision: 9, builds })}\n\n`;
    // In two pieces, that a reader must put together.
    response.write(text.slice(0, 30));
    response.write(text.slice(30));
  }

  breakStreams() {
    for (const response of this.streams) response.destroy();
  }

  append(bytes) {
    this.log.bytes = Buffer.concat([this.log.bytes, bytes]);
    for (const response of this.#followers) response.write(bytes);
  }

  seal() {
    this.log.sealed = true;
    for (const response of this.#followers) response.end();
    this.#followers.clear();
  }

  async #take(request, response) {
    const url = new URL(request.url, this.base);
    this.requests.push(`${request.method} ${request.url}`);
    this.authorizations.add(request.headers.authorization);
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    if (request.method === 'POST') this.bodies.push(body === '' ? null : JSON.parse(body));
    if (this.intercept(request, response, url, body)) return undefined;
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return this.refuse(response, 401, 'unauthenticated', 'Sign in first.');
    if (body !== '' && request.headers['content-type'] !== 'application/json') return this.refuse(response, 415, 'bad', 'not JSON');
    if (url.pathname === '/api/v1/projects') return this.json(response, 200, { projects: this.projects });
    if (url.pathname === '/api/v1/stream' && url.search === '?project=1') return this.#stream(request, response);
    const [, path] = /^\/api\/v1\/projects\/1\/builds(.*)$/.exec(url.pathname) ?? [];
    if (path === undefined) return this.#nothing(response);
    if (path === '') return request.method === 'POST' ? this.#trigger(response, JSON.parse(body)) : this.#list(response, url.searchParams);
    const [, number, jobNumber, action] = /^\/(\d+)(?:\/jobs\/(\d+))?(?:\/(cancel|restart|log))?$/.exec(path) ?? [];
    const one = this.builds.get(Number(number));
    if (!one) return this.#nothing(response);
    if (action === 'log') return this.#log(response, url.searchParams);
    if (action === undefined && request.method === 'GET') return this.json(response, 200, one);
    // Only a build's restart has a body.
    const bodied = action === 'restart' && jobNumber === undefined;
    if (request.method !== 'POST' || action === undefined || bodied !== (body !== '')) {
      return this.refuse(response, 400, 'bad_request', 'The body is not as described.');
    }
    return this.json(response, 200, one);
  }

  #nothing(response) {
    this.refuse(response, 404, 'not_found', 'There is nothing here, or you may not see it.');
  }

  #list(response, query) {
    const before = Number(query.get('before') ?? Infinity);
    const all = [...this.builds.values()].filter(({ number }) => number < before).sort((a, b) => b.number - a.number);
    const page = all.slice(0, Number(query.get('limit') ?? 20));
    this.json(response, 200, { builds: page, next_before: page.length < all.length ? page.at(-1).number : null });
  }

  #trigger(response, { ref, variables }) {
    const made = build(3, 'enqueued', [job(1, 'enqueued')], { branch: ref, variables, trigger: 'manual' });
    this.put(made);
    this.json(response, 201, made);
  }

  #stream(request, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
    this.send(response, [...this.builds.values()]);
  }

  #log(response, query) {
    const { bytes, sealed, expired } = this.log;
    if (expired) return this.refuse(response, 410, 'log_expired', 'This log is no longer kept.');
    const offset = Number(query.get('offset') ?? 0);
    const head = { 'content-type': 'text/plain; charset=utf-8', 'kozmic-log-offset': offset };
    if (query.get('follow') === 'true' && !sealed) {
      response.writeHead(200, head);
      response.flushHeaders();
      if (bytes.length > offset) response.write(bytes.subarray(offset));
      this.#followers.add(response);
      return response.on('close', () => this.#followers.delete(response));
    }
    const part = bytes.subarray(offset);
    return response.writeHead(200, {
      ...head,
      'content-length': part.length,
      'kozmic-log-size': bytes.length,
      ...(sealed && { 'kozmic-log-sealed': 'true', 'kozmic-log-sha256': createHash('sha256').update(bytes).digest('hex') }),
    }).end(part);
  }
}

function environmentOf(server, more) {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, TZ: 'UTC', KOZMIC_TOKEN: TOKEN, KOZMIC_URL: server?.base ?? '', KOZMIC_PATIENCE: '10', ...more };
}

/** Runs a command to its end: `{ code, out, bytes, err }`. */
export function run(server, argv, more = {}, input = '') {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...argv], { env: environmentOf(server, more), encoding: 'buffer', timeout: 60_000, maxBuffer: 1 << 28 },
      (error, out, err) => resolve({ code: error ? error.code : 0, out: out.toString(), bytes: out, err: err.toString() }));
    child.stdin.end(input);
  });
}

/** Begins a command: `until(text)` waits for output, `ended` is as of `run`. */
export function begin(server, argv, more = {}) {
  const child = spawn(process.execPath, [MAIN, ...argv], { env: environmentOf(server, more), stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { out: Buffer.alloc(0), err: '' };
  child.stderr.on('data', (bytes) => { told.err += bytes; });
  child.stdout.on('data', (bytes) => { told.out = Buffer.concat([told.out, bytes]); });
  const ended = once(child, 'close').then(([code]) => ({ code, bytes: told.out, out: told.out.toString(), err: told.err }));
  const until = async (text) => {
    while (!told.out.includes(text)) {
      const over = await Promise.race([once(child.stdout, 'data').then(() => false), ended.then(() => true)]);
      if (over && !told.out.includes(text)) throw new Error(`ended without "${text}": ${told.out}${told.err}`);
    }
  };
  return { ended, until, child };
}

/** Waits for a condition. */
export async function wait(condition) {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
