// Serves dist/ as the gateway does: its security headers, precompressed files, what a browser may keep.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { error } from './mock_http.mjs';

const DIST = new URL('../dist/', import.meta.url).pathname;
const TYPES = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', html: 'text/html; charset=utf-8' };
const CODINGS = [['br', '.br'], ['gzip', '.gz']];

export const SECURITY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data: https://avatars.githubusercontent.com; font-src 'self'; base-uri 'none'; " +
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types ci-worker",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export function answerFile(request, response, path) {
  const name = path.startsWith('/assets/') ? path : '/index.html';
  const whole = join(DIST, name);
  if (!existsSync(whole)) return error(response, 404, 'not_found', 'no such file');
  const accepted = request.headers['accept-encoding'] ?? '';
  const [coding, ending] =
    CODINGS.find(([word, end]) => accepted.includes(word) && existsSync(whole + end)) ?? ['', ''];
  const bytes = readFileSync(whole + ending);
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  const headers = {
    etag, vary: 'Accept-Encoding',
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (request.headers['if-none-match'] === etag) return response.writeHead(304, headers).end();
  response.writeHead(200, {
    ...headers, 'content-type': TYPES[name.split('.').at(-1)] ?? 'application/octet-stream',
    'content-length': bytes.length, ...(coding && { 'content-encoding': coding }),
  });
  return response.end(bytes);
}
