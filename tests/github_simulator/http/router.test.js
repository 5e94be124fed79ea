import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Router } from './router.js';

const route = (path) => ({ method: 'GET', path, handler: async () => undefined });
const router = new Router([
  route('/repos/:owner/:repo/commits/*ref/status'),
  route('/repos/:owner/:repo/commits/*ref'),
  route('/:owner/:repo'),
]);

test('segments are decoded, and a ref may have slashes, plain or encoded', () => {
  assert.deepEqual(router.match('GET', '/repos/a/b/commits/feature/x%20y/status')?.params,
                   { owner: 'a', repo: 'b', ref: 'feature/x y' });
  assert.equal(router.match('GET', '/repos/a/b/commits/feature%2Fx')?.params.ref, 'feature/x');
});

test('HEAD is served as GET; other methods are not', () => {
  assert.ok(router.match('HEAD', '/a/b'));
  assert.equal(router.match('POST', '/a/b'), null);
});

for (const path of ['/a/..', '/../b', '/a/%2e%2e', '/a/b%2Fc', '/a/b%00', '/a/%', '/a//b', '//a/b',
                    '/repos/a/b/commits/x/../y', '/repos/a/b/commits/%2e%2e%2fx']) {
  test(`${path} leads nowhere`, () => assert.equal(router.match('GET', path), null));
}
