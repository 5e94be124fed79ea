import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllowedRedirect } from './redirect.js';

const PREFIXES = ['http://127.0.0.1/callback', 'https://ci.example.com/auth'];

for (const uri of ['http://127.0.0.1/callback', 'http://127.0.0.1:8080/callback/x?y=1',
                   'https://ci.example.com/auth/done']) {
  test(`${uri} is allowed`, () => assert.ok(isAllowedRedirect(uri, PREFIXES)));
}

for (const uri of ['', 'nonsense', 'http://127.0.0.1/', 'http://127.0.0.1/callbackx',
                   'http://127.0.0.1.evil.example/callback', 'https://ci.example.com:444/auth',
                   'https://evil@ci.example.com/auth', 'http://ci.example.com/auth',
                   'http://127.0.0.1/callback/../other', 'javascript:alert(1)',
                   'http://127.0.0.1/callback#fragment']) {
  test(`${JSON.stringify(uri)} is refused`, () => assert.ok(!isAllowedRedirect(uri, PREFIXES)));
}
