import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signatureHeaders } from './signature.js';

test("GitHub's own example", () => {
  const headers = signatureHeaders('Hello, World!', "It's a Secret to Everybody");
  assert.equal(headers['X-Hub-Signature-256'],
               'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17');
});

test('no secret, no signature', () => {
  assert.deepEqual(signatureHeaders('Hello, World!', undefined), {});
});
