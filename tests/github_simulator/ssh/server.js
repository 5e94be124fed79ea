import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { Installation } from './installation.js';
import { SessionServer } from './session_server.js';

const CHANGES_KEYS = new Set(['deploy_key_created', 'deploy_key_deleted', 'repository_deleted']);
const DRAIN_MS = 10_000;

/**
 * git over SSH, by Debian's sshd: this accepts the connections and runs an sshd on each, so none
 * outlives the simulator.
 */
export class SshServer {
  #sim;
  #installation;
  #sessions;
  #log;
  #server;
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #children = new Set();

  /**
   * @param {import('../simulator.js').Simulator} sim
   * @param {string} data the simulator's folder
   */
  constructor(sim, data) {
    this.#sim = sim;
    this.#installation = new Installation(path.resolve(data, 'ssh'));
    this.#installation.authorize(sim.state.deployKeys.all());
    this.#sessions = new SessionServer(sim, this.#installation.folder);
    this.#log = this.#installation.openLog();
    // Not a byte is read here: the connection is handed on as it is.
    this.#server = net.createServer({ pauseOnConnect: true }, (socket) => this.#serve(socket));
  }

  /**
   * @param {number} port on 127.0.0.1; 0: any
   * @returns {Promise<string>} the address, without a path
   */
  async listen(port) {
    await this.#sessions.listen();
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `ssh://git@127.0.0.1:${this.#server.address().port}`;
  }

  get hostKey() {
    return this.#installation.hostKey();
  }

  /** @param {import('../state/journal.js').Event} event that has been applied to the state */
  apply({ type }) {
    if (CHANGES_KEYS.has(type)) this.#installation.authorize(this.#sim.state.deployKeys.all());
  }

  /** Lets running sessions finish, for a while. */
  async close() {
    this.#server.close();
    const kill = setTimeout(() => this.#children.forEach((child) => child.kill()), DRAIN_MS);
    await Promise.all([...this.#children].map((child) => once(child, 'exit')));
    clearTimeout(kill);
    await this.#sessions.close();
    fs.closeSync(this.#log);
  }

  #serve(socket) {
    socket.on('error', () => {});
    const { file, args, env } = this.#installation.command();
    const child = spawn(file, args, { env, stdio: [socket, socket, this.#log] });
    this.#children.add(child);
    child.on('error', (error) => process.stderr.write(`sshd: ${error.message}\n`));
    child.on('close', () => this.#children.delete(child));
    socket.destroy(); // sshd has its own handle on it
  }
}
