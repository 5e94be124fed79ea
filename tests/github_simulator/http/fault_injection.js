import { setTimeout as sleep } from 'node:timers/promises';
import { send } from './answer.js';

/**
 * Does what a fault demands.
 * @param {import('../state/faults.js').Fault} fault
 * @param {import('./request.js').Request} request
 * @returns {Promise<boolean>} whether the request is dealt with; if not, its work is to be done
 */
export async function inject(fault, request) {
  const response = request.outgoing;
  if (fault.delay_ms) await sleep(fault.delay_ms);
  if (fault.drop_connection === 'before') {
    request.incoming.socket.destroy();
    return true;
  }
  if (fault.drop_connection === 'after') swallow(response);
  if (fault.status !== null) {
    const headers = { 'content-type': 'application/json; charset=utf-8', ...fault.headers };
    if (fault.truncate !== null) cut(response, fault.truncate);
    send(response, { status: fault.status, headers, body: fault.body });
    return true;
  }
  if (fault.truncate !== null) cut(response, fault.truncate);
  return false;
}

/** Closes the connection at the first byte that would be answered. */
function swallow(response) {
  const drop = () => {
    response.socket?.destroy();
    return true;
  };
  response.write = drop;
  response.end = () => {
    drop();
    return response;
  };
}

/** Sends the answer's head and its first bytes, then closes the connection. */
function cut(response, bytes) {
  const write = response.write.bind(response);
  let left = bytes;
  let closed = false;
  const writePart = (chunk, last) => {
    if (closed) return;
    const part = Buffer.from(chunk ?? '').subarray(0, left);
    left -= part.length;
    if (part.length > 0) write(part);
    if (left > 0 && !last) return;
    closed = true;
    response.flushHeaders();
    response.socket?.destroySoon();
  };
  response.write = (chunk) => {
    writePart(chunk, false);
    return true;
  };
  response.end = (chunk) => {
    writePart(chunk, true);
    return response;
  };
}
