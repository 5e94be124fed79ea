import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = new URL('../main.js', import.meta.url).pathname;

export const TOKENS = { octo: 'ghp_octo', mona: 'ghp_mona', weak: 'ghp_weak' };

/**
 * Users octo, mona and hubot; octo/hello (two commits, no password asked), octo/vault (private),
 * mona/shared (octo may push) and mona/own (octo may not).
 */
export const SEED = {
  users: [
    { login: 'octo', name: 'Octo Cat', email: 'octo@example.com', password: 'octo-password',
      tokens: [{ token: TOKENS.octo, scopes: ['repo', 'user:email'] },
               { token: TOKENS.weak, scopes: ['user:email'] }] },
    { login: 'mona', name: 'Mona Lisa', email: 'mona@example.com', password: 'mona-password',
      tokens: [{ token: TOKENS.mona, scopes: ['repo'] }] },
    { login: 'hubot', name: '<b>Hubot & Co</b>' },
  ],
  oauth_apps: [{
    client_id: 'app', client_secret: 'app-secret', name: 'Test App',
    redirect_prefixes: ['http://127.0.0.1/callback', 'https://ci.example.com/auth'],
  }],
  repositories: [
    { owner: 'octo', name: 'hello', description: 'A test', push_without_password: true,
      commits: [
        { message: 'First', author: { name: 'Octo Cat', email: 'octo@example.com' },
          date: '2025-01-15T09:30:00+01:00', files: { 'README.md': 'hello\n', 'old.txt': 'x\n' } },
        { message: 'Second', author: { name: 'Octo Cat', email: 'octo@example.com' },
          date: '2025-01-16T09:30:00Z', files: { 'old.txt': null, 'new.txt': 'y\n' } },
      ] },
    { owner: 'octo', name: 'vault', private: true,
      commits: [{ message: 'Secret', author: { name: 'Octo Cat', email: 'octo@example.com' },
                  date: '2025-01-15T09:30:00Z', files: { 'key.txt': 'k\n' } }] },
    { owner: 'mona', name: 'shared', collaborators: { octo: 'push' } },
    { owner: 'mona', name: 'own' },
  ],
};

/** A simulator in a process of its own, with a folder of its own. */
export class SimulatorProcess {
  #child;

  /**
   * @param {{seed?: object | null, data?: string, args?: string[], uid?: number}} [options] a folder
   *   makes it go on from there; `uid`: whose process it is
   */
  static async start({ seed = SEED, data, args: more = [], uid } = {}) {
    const simulator = new SimulatorProcess();
    simulator.data = data ?? await fs.mkdtemp(path.join(os.tmpdir(), 'github-simulator-'));
    const args = ['--listen', '127.0.0.1:0', '--data', simulator.data, '--check-contract', ...more];
    if (seed) {
      const file = path.join(simulator.data, 'seed.json');
      await fs.writeFile(file, JSON.stringify(seed));
      args.push('--seed', file);
    }
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'],
                                                            ...(uid && { uid, gid: uid }) });
    simulator.#child = child;
    child.stderr.on('data', (chunk) => (simulator.complaints += chunk));
    const line = await Promise.race([
      once(createInterface(child.stdout), 'line').then(([text]) => text),
      once(child, 'exit').then(([code]) => {
        throw new Error(`simulator ended with ${code}: ${simulator.complaints}`);
      }),
    ]);
    ({ url: simulator.url, ssh: simulator.ssh } = JSON.parse(line));
    return simulator;
  }

  complaints = '';
  url = '';
  ssh = '';
  data = '';

  get port() {
    return Number(new URL(this.url).port);
  }

  /** @returns {Promise<number | null>} the exit code */
  async #end(signal) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return null;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    return (await exited)[0];
  }

  async stop() {
    await this.#checkContract();
    return this.#end('SIGTERM');
  }

  kill() {
    return this.#end('SIGKILL');
  }

  /** Stops it, if need be, and removes its folder. Rejects when something was against the contract. */
  async dispose() {
    try {
      await this.#checkContract();
    } finally {
      await this.kill();
      await fs.rm(this.data, { recursive: true, force: true });
    }
  }

  /**
   * Requests that the simulator refused were bad on purpose; bad ones that it took, and every answer
   * and event, are held against it.
   */
  async #checkContract() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const { violations } = (await this.control('GET', '/contract')).body;
    const found = violations.filter(({ of, status }) => of !== 'request' || status < 400);
    if (found.length > 0) throw new Error(`against GitHub's description: ${
      JSON.stringify(found, null, 2)}`);
  }

  /**
   * Calls the REST API.
   * @param {string} method
   * @param {string} target below /api/v3
   * @param {{body?: unknown, token?: string | null, headers?: Record<string, string>}} [options]
   * @returns {Promise<{status: number, headers: Headers, body: any}>}
   */
  async api(method, target, { body, token = TOKENS.octo, headers = {} } = {}) {
    const response = await fetch(`${this.url}/api/v3${target}`, {
      method,
      headers: { 'user-agent': 'test', ...(token && { authorization: `Bearer ${token}` }),
                 ...headers },
      body: typeof body === 'string' ? body : body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
  }

  /**
   * Calls a control route.
   * @param {string} method
   * @param {string} target below /_simulator
   * @param {unknown} [body]
   * @returns {Promise<{status: number, body: any}>}
   */
  async control(method, target, body) {
    const response = await fetch(`${this.url}/_simulator${target}`, {
      method, body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
  }

  /** @param {object[]} faults */
  setFaults(faults) {
    return this.control('PUT', '/faults', faults);
  }

  /** Everything so far. */
  async journal() {
    return (await this.control('GET', '/journal')).body.entries;
  }

  /**
   * Waits for a journal entry.
   * @param {(entry: any) => boolean} predicate
   * @param {number} [after]
   */
  async journalEntry(predicate, after = 0) {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      const response =
        await fetch(`${this.url}/_simulator/journal?after=${after}&wait_ms=1000`);
      const { entries, last } = await response.json();
      const found = entries.find(predicate);
      if (found) return found;
      after = last;
    }
    throw new Error('the journal entry did not come');
  }

  /**
   * @param {string} url
   * @param {{events?: string[], secret?: string, content_type?: string, repository?: string,
   *          token?: string}} [options]
   */
  async createHook(url, { events = ['push'], secret, content_type = 'json',
                          repository = 'octo/hello', token } = {}) {
    const { status, body } = await this.api('POST', `/repos/${repository}/hooks`, {
      token, body: { name: 'web', events, active: true, config: { url, content_type, secret } },
    });
    if (status !== 201) throw new Error(`hook: ${status} ${JSON.stringify(body)}`);
    return body;
  }
}
