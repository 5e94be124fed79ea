/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {Record<string, string>} [headers]
 * @property {string | Buffer} [body]
 */

/**
 * @param {number} status
 * @param {unknown} value
 * @param {Record<string, string>} [headers]
 * @returns {Answer}
 */
export function json(status, value, headers = {}) {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** @returns {Answer} */
export function noContent() {
  return { status: 204 };
}

/**
 * @param {number} status
 * @param {string} text
 * @param {Record<string, string>} [headers]
 * @returns {Answer}
 */
export function plain(status, text, headers = {}) {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: text };
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {Answer} answer
 */
export function send(response, { status, headers = {}, body = '' }) {
  if (response.destroyed || response.headersSent) return;
  const bytes = Buffer.from(body);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('x-content-type-options', 'nosniff');
  if (status !== 204 && status !== 304) response.setHeader('content-length', bytes.length);
  response.end(bytes);
}
