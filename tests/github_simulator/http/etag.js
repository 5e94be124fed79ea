import { sha256Hex } from '../base/secrets.js';

/**
 * Gives an answer its ETag; to whoever has it already, 304 without a body. As with GitHub, the tag
 * is of the body alone, and a 304 has the present `Link`.
 * @param {import('./request.js').Request} request
 * @param {import('./answer.js').Answer} answer
 * @returns {import('./answer.js').Answer}
 */
export function conditional(request, answer) {
  if (answer.status !== 200) return answer;
  const etag = `W/"${sha256Hex(String(answer.body ?? ''))}"`;
  const headers = { ...answer.headers, etag, vary: 'Accept, Authorization' };
  const known = request.header('if-none-match').split(',').map((one) => strip(one.trim()));
  if (!known.includes(strip(etag)) && !known.includes('*')) return { ...answer, headers };
  const { 'content-type': _, ...rest } = headers;
  return { status: 304, headers: rest };
}

function strip(etag) {
  return etag.replace(/^W\//, '');
}
