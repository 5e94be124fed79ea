import { setTimeout as sleep } from 'node:timers/promises';

const PIECES = 20;

/**
 * Does what a fault demands before the work, and prepares what it demands of the answer.
 * @param {import('../state/faults.js').Fault} fault
 * @param {import('./request.js').Request} request
 * @returns {Promise<import('./answer.js').Answer | null>} the answer in place of the work; null: the
 *   work is to be done
 */
export async function inject(fault, request) {
  const response = request.outgoing;
  if (fault.delay_ms) await sleep(fault.delay_ms);
  if (fault.drop_connection === 'before') {
    request.incoming.socket.destroy();
    return { status: 0 };
  }
  if (fault.drop_connection === 'after') swallow(response);
  if (fault.truncate !== null) cut(response, fault.truncate);
  if (fault.body_ms) spread(response, fault.body_ms);
  if (fault.status === null) return null;
  const headers = { 'content-type': 'application/json; charset=utf-8', ...fault.headers };
  const body = fault.body_bytes === null ? fault.body : longText(fault.body_bytes);
  return { status: fault.status, headers, body };
}

/** A JSON text of so many bytes. */
function longText(bytes) {
  const text = Buffer.alloc(Math.max(2, bytes), 'x');
  text.write('"');
  text.write('"', text.length - 1);
  return text;
}

/**
 * What a fault makes of the answer to the work.
 * @param {import('../state/faults.js').Fault} fault
 * @param {import('./request.js').Request} request
 * @param {import('./answer.js').Answer} answer
 * @param {string} base the simulator's address
 * @returns {import('./answer.js').Answer}
 */
export function alter(fault, request, answer, base) {
  const altered = { ...answer, headers: { ...answer.headers, ...fault.headers } };
  if (fault.wrong_types) altered.body = JSON.stringify(wrong(JSON.parse(String(answer.body))));
  if (fault.next_link !== null) {
    const target = fault.next_link === 'self' ? base + request.target : fault.next_link;
    altered.headers.link = `<${target}>; rel="next"`;
  }
  return altered;
}

/** Every value as one of another type, in lists and objects as they were. */
function wrong(value) {
  if (Array.isArray(value)) return value.map(wrong);
  if (typeof value === 'string') return value.length;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, wrong(inner)]));
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

/** Sends the head at once, and the body in pieces over so many milliseconds. */
function spread(response, ms) {
  const [write, end] = [response.write.bind(response), response.end.bind(response)];
  response.end = (chunk) => {
    const bytes = Buffer.from(chunk ?? '');
    const size = Math.max(1, Math.ceil(bytes.length / PIECES));
    const send = async () => {
      response.flushHeaders();
      for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
        await sleep(ms / PIECES);
        write(bytes.subarray(at, at + size));
      }
      end();
    };
    send();
    return response;
  };
}
