import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Waits } from './waits.js';

const request = (path = '/user') => ({ method: 'GET', path, header: () => 'Bearer token' });

test('what was on its way when its sender was told to wait is not early; what comes later is', () => {
  let now = 1000;
  const waits = new Waits({ now: () => now });
  waits.noteAnswer(request(), { status: 429, headers: { 'Retry-After': '2' } });
  now += 100;
  assert.equal(waits.earliness(request()), null);
  now += 1;
  assert.deepEqual(waits.earliness(request('/user/emails')), { told_ms_ago: 101, early_by_ms: 1899 });
  now = 3000;
  assert.equal(waits.earliness(request()), null);
});
