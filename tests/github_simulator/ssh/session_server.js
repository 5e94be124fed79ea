import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { gitEnvironment } from '../git/run.js';
import { FRAME, frame } from './frames.js';
import { Refusal, access } from './access.js';

const HEAD_CAP = 16 * 1024;
const LIFE_MS = 10 * 60 * 1000;

/**
 * What the sessions that sshd lets in talk to (see session.js): decides what each may do, and runs
 * git for it.
 */
export class SessionServer {
  #sim;
  #folder;
  #server;

  /** @param {import('../simulator.js').Simulator} sim @param {string} folder */
  constructor(sim, folder) {
    this.#sim = sim;
    this.#folder = folder;
    this.#server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      this.#serve(socket).catch((error) => {
        process.stderr.write(`ssh session: ${error?.stack ?? error}\n`);
        socket.destroy();
      });
    });
  }

  async listen() {
    fs.rmSync(`${this.#folder}/control`, { force: true });
    // By way of the folder's descriptor, because a socket's path may have 107 characters only.
    const folder = fs.openSync(this.#folder, fs.constants.O_DIRECTORY);
    this.#server.listen(`/proc/self/fd/${folder}/control`);
    await once(this.#server, 'listening');
  }

  close() {
    return new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(socket) {
    const { key_id: keyId, command, protocol } = await readHead(socket);
    const key = this.#sim.state.deployKeys.find(keyId);
    let granted;
    try {
      granted = access(this.#sim.state, key, command);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#note(key, command, false);
      end(socket, 1, error.message);
      return;
    }
    const { service, repository } = granted;
    this.#note(key, service, true);
    await this.#sim.storage.ensure(repository);
    if (service === 'upload-pack') {
      end(socket, await this.#git(socket, service, repository, protocol));
      return;
    }
    const pusher = this.#sim.state.users.get(key.added_by);
    await this.#sim.pushes.serialize(repository, pusher, async (announce) => {
      const code = await this.#git(socket, service, repository, protocol);
      await announce();
      end(socket, code);
    });
  }

  #note(key, command, granted) {
    this.#sim.journal.append('ssh_session', {
      deploy_key_id: key?.id ?? null, command, granted,
    });
  }

  /** @returns {Promise<number>} its exit code */
  async #git(socket, service, repository, protocol) {
    const child = spawn('git', [service, this.#sim.storage.directory(repository)], {
      env: { ...gitEnvironment(),
             ...(/^[a-z\d=:.-]{1,100}$/.test(protocol) && { GIT_PROTOCOL: protocol }) },
      timeout: LIFE_MS,
    });
    child.stdin.on('error', () => {}); // it may end before it has read everything
    socket.pipe(child.stdin);
    socket.on('close', () => child.kill());
    relay(child.stdout, FRAME.out, socket);
    relay(child.stderr, FRAME.err, socket);
    const [code] = await once(child, 'close');
    return code ?? 1;
  }
}

function relay(stream, type, socket) {
  stream.on('data', (chunk) => {
    if (!socket.writable || socket.write(frame(type, chunk))) return;
    stream.pause();
    socket.once('drain', () => stream.resume());
  });
}

function end(socket, code, message) {
  if (!socket.writable) return;
  if (message) socket.write(frame(FRAME.err, Buffer.from(`${message}\n`)));
  socket.end(frame(FRAME.exit, Buffer.of(code)));
}

/** The first line: JSON. What follows it stays in the socket. */
async function readHead(socket) {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read();
    if (chunk === null) {
      if (socket.readableEnded || socket.destroyed) throw new Error('a session without a head');
      await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const line = head.indexOf('\n');
    if (line < 0 && head.length > HEAD_CAP) throw new Error('a session with too long a head');
    if (line < 0) continue;
    socket.unshift(head.subarray(line + 1));
    return JSON.parse(head.toString('utf8', 0, line));
  }
}
