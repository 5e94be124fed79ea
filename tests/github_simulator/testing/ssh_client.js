import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A key pair in a folder of its own, with the host keys that the API names, as a client has them. */
export class SshClient {
  /**
   * @param {import('./simulator_process.js').SimulatorProcess} simulator
   * @param {'ed25519' | 'rsa'} [type]
   */
  static async create(simulator, type = 'ed25519') {
    const client = new SshClient();
    client.#folder = await fs.mkdtemp(path.join(os.tmpdir(), 'ssh-client-'));
    client.#url = new URL(simulator.ssh);
    await run('ssh-keygen',
              ['-q', '-t', type, '-N', '', '-C', 'a comment', '-f', client.#file('key')]);
    const { body } = await simulator.api('GET', '/meta', { token: null });
    const lines = body.ssh_keys.map((key) => `[127.0.0.1]:${client.#url.port} ${key}\n`);
    await fs.writeFile(client.#file('known_hosts'), lines.join(''));
    client.publicKey = await fs.readFile(client.#file('key.pub'), 'utf8');
    return client;
  }

  #folder = '';
  #url;
  publicKey = '';

  #file(name) {
    return path.join(this.#folder, name);
  }

  #options() {
    return ['-F', 'none', '-i', this.#file('key'), '-o', 'IdentitiesOnly=yes',
            '-o', `UserKnownHostsFile=${this.#file('known_hosts')}`, '-o', 'BatchMode=yes',
            '-o', 'StrictHostKeyChecking=yes'];
  }

  /** For git's `core.sshCommand`. */
  get command() {
    return ['ssh', ...this.#options()].join(' ');
  }

  /** @param {...string} args for git */
  async git(...args) {
    const { stdout } = await run('git', ['-c', `core.sshCommand=${this.command}`, ...args], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null',
             GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
    });
    return stdout.trim();
  }

  /**
   * Runs a command there.
   * @param {string[]} command
   * @returns {Promise<{code: number, stderr: string}>}
   */
  async run(command, user = 'git') {
    try {
      const child = run('ssh', [...this.#options(), '-p', this.#url.port,
                                `${user}@127.0.0.1`, ...command]);
      child.child.stdin.end();
      const { stderr } = await child;
      return { code: 0, stderr };
    } catch ({ code, stderr }) {
      return { code, stderr };
    }
  }

  dispose() {
    return fs.rm(this.#folder, { recursive: true, force: true });
  }
}
