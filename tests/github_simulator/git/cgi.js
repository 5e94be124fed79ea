import { spawn } from 'node:child_process';
import { plain, send } from '../http/answer.js';
import { HttpError } from '../http/errors.js';
import { gitEnvironment } from './run.js';

const HEAD_CAP = 64 * 1024;

/**
 * Serves one request with `git http-backend`, streaming both ways. The answer is ended only after
 * `beforeEnd`, so that a client that has seen its end knows what `beforeEnd` did to be done.
 *
 * @param {import('../http/request.js').Request} request
 * @param {object} what
 * @param {string} what.root the folder of all repositories
 * @param {string} what.pathInfo below `root`, made of stored names
 * @param {string} what.query
 * @param {string} what.user empty: anonymous
 * @param {() => Promise<void>} what.beforeEnd
 * @returns {Promise<void>} when git has ended and the answer is complete
 */
export function serveWithHttpBackend(request, { root, pathInfo, query, user, beforeEnd }) {
  const { incoming, outgoing } = request;
  const encoding = request.header('content-encoding');
  if (!['', 'identity', 'gzip', 'x-gzip'].includes(encoding)) {
    throw new HttpError(415, 'Unsupported content encoding');
  }
  const protocol = request.header('git-protocol');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitEnvironment(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathInfo,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method === 'HEAD' ? 'GET' : request.method,
      CONTENT_TYPE: request.header('content-type'),
      CONTENT_LENGTH: request.header('content-length'),
      REMOTE_ADDR: incoming.socket.remoteAddress ?? '',
      REMOTE_USER: user,
      ...(/^[a-z\d=:.-]{1,100}$/.test(protocol) && { GIT_PROTOCOL: protocol }),
      ...(encoding.endsWith('gzip') && { HTTP_CONTENT_ENCODING: 'gzip' }),
    },
  });

  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.stdin.on('error', () => {}); // git may refuse before it has read everything
    incoming.pipe(child.stdin);
    // A client that went away half-way: git sees the end of its input and gives up by itself.
    incoming.on('close', () => child.stdin.end());
    outgoing.on('close', () => child.stdout.resume());

    let complaint = '';
    child.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(0, 4096)));

    let head = Buffer.alloc(0);
    let headDone = false;
    child.stdout.on('data', (chunk) => {
      if (outgoing.destroyed) return;
      if (!headDone) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) {
          if (head.length > HEAD_CAP) child.kill('SIGKILL');
          return;
        }
        headDone = true;
        applyHead(outgoing, head.toString('latin1', 0, end));
        chunk = head.subarray(end + 4);
        if (chunk.length === 0) return;
      }
      if (!outgoing.write(chunk)) {
        child.stdout.pause();
        outgoing.once('drain', () => child.stdout.resume());
      }
    });

    child.on('close', async (code, signal) => {
      try {
        await beforeEnd();
        if (!headDone) {
          process.stderr.write(`git http-backend: ${signal ?? code}: ${complaint.trim()}\n`);
          send(outgoing, plain(500, 'Internal Server Error\n'));
        } else if (code !== 0) {
          outgoing.destroy(); // it broke off: the client must not take the answer for complete
        } else {
          outgoing.end();
        }
        resolve();
      } catch (error) {
        outgoing.destroy();
        reject(error);
      }
    });
  });
}

function applyHead(outgoing, head) {
  for (const line of head.split('\r\n')) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (!name) continue;
    if (name.toLowerCase() === 'status') outgoing.statusCode = Number(value.slice(0, 3)) || 500;
    else outgoing.setHeader(name, value);
  }
}
