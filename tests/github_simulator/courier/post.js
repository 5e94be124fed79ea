import http from 'node:http';
import https from 'node:https';

const TIMEOUT_MS = 10_000; // GitHub's
const ANSWER_CAP = 64 * 1024;

/**
 * Posts one delivery. Never rejects: what went wrong is in the outcome, in GitHub's words.
 * @param {{url: string, body: string, headers: Record<string, string>, insecure: boolean}} what
 * @param {{now(): number}} clock
 * @param {number} [timeoutMs]
 * @returns {Promise<import('../state/deliveries.js').Outcome>}
 */
export function post({ url, body, headers, insecure }, clock, timeoutMs = TIMEOUT_MS) {
  return new Promise((resolve) => {
    const outcome = { url, request_headers: headers, delivered_at: clock.now(), responded_at: 0,
                      status: '', status_code: 0, response_headers: {}, response_payload: '' };
    let finished = false;
    const finish = (fields) => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      if (outcome.responded_at === 0) outcome.responded_at = clock.now();
      resolve(Object.assign(outcome, fields));
      request.destroy();
    };
    const fail = () => finish({ status: 'failed to connect to host', status_code: 502 });

    const client = url.startsWith('https:') ? https : http;
    const request = client.request(url, {
      method: 'POST', agent: false, rejectUnauthorized: !insecure,
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    });
    const timer = setTimeout(() => finish({ status: 'timed out', status_code: 504 }), timeoutMs);
    request.on('error', fail);
    request.on('response', (response) => {
      outcome.responded_at = clock.now();
      const code = response.statusCode ?? 0;
      const chunks = [];
      let size = 0;
      const done = () => finish({
        status: code >= 200 && code < 300 ? 'OK' : `Invalid HTTP Response: ${code}`,
        status_code: code,
        response_headers: flatten(response.headers),
        response_payload: Buffer.concat(chunks).subarray(0, ANSWER_CAP).toString(),
      });
      response.on('data', (chunk) => {
        chunks.push(chunk);
        if ((size += chunk.length) >= ANSWER_CAP) done();
      });
      response.on('end', done);
      response.on('error', fail);
    });
    request.end(body);
  });
}

function flatten(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
