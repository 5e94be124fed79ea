import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SimulatorProcess, TOKENS } from '../testing/simulator_process.js';

let simulator;
before(async () => (simulator = await SimulatorProcess.start()));
after(() => simulator.dispose());

const setLimit = (limit) => simulator.control('PUT', '/rate_limit', { login: 'octo', ...limit });
const user = (options) => simulator.api('GET', '/user', options);
const left = ({ headers }) => ['limit', 'remaining', 'used'].map(
  (name) => Number(headers.get(`x-ratelimit-${name}`)));
const early = async () => (await simulator.journal()).filter(({ type }) => type === 'early_request');

beforeEach(() => setLimit({}));

test('every answer tells what is left, per user', async () => {
  assert.deepEqual(left(await user()), [5000, 4999, 1]);
  const { headers } = await user();
  assert.deepEqual([headers.get('x-ratelimit-remaining'), headers.get('x-ratelimit-resource')],
                   ['4998', 'core']);
  const reset = Number(headers.get('x-ratelimit-reset')) - Date.now() / 1000;
  assert.ok(reset > 3500 && reset < 3602, String(reset));
  assert.deepEqual(left(await user({ token: TOKENS.mona })), [5000, 4999, 1]);
  assert.deepEqual(left(await simulator.api('GET', '/repos/octo/nothing')), [5000, 4997, 3]);
  const { body, headers: own } = await simulator.api('GET', '/rate_limit');
  assert.deepEqual([body.rate.used, body.resources.core.remaining], [3, 4997]);
  assert.equal(own.get('x-ratelimit-used'), null, 'asking for it is free');
});

test('an exhausted limit is 403 until its window ends', async () => {
  await setLimit({ limit: 2, remaining: 1, reset_in_s: 1 });
  assert.deepEqual(left(await user()), [2, 0, 2]);
  const refused = await user();
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [403, null]);
  assert.match(refused.body.message, /^API rate limit exceeded for user ID \d+\.$/);
  assert.deepEqual(left(refused), [2, 0, 2]);
  assert.equal((await simulator.api('POST', '/repos/octo/hello/hooks', { body: {} })).status, 403);
  assert.equal((await simulator.api('GET', '/rate_limit')).status, 200);
  await sleep(Number(refused.headers.get('x-ratelimit-reset')) * 1000 - Date.now());
  assert.deepEqual(left(await user()), [2, 1, 1]);
});

for (const status of [403, 429]) {
  test(`a secondary limit is ${status} with Retry-After`, async () => {
    await setLimit({ secondary: { status, retry_after_s: 1 } });
    const refused = await user();
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [status, '1']);
    assert.match(refused.body.message, /secondary rate limit/);
    assert.deepEqual((await user({ token: TOKENS.mona })).status, 200);
    await sleep(1000);
    assert.equal((await user()).status, 200);
  });
}

test('a request that came before its time is in the journal', async () => {
  const before = (await early()).length;
  await setLimit({ secondary: { retry_after_s: 4 } });
  assert.equal((await user()).status, 403);
  await sleep(150);
  const refused = await simulator.api('DELETE', '/repos/octo/hello/hooks/1');
  const [entry] = (await early()).slice(before);
  assert.deepEqual([entry.method, entry.path, entry.user],
                   ['DELETE', '/api/v3/repos/octo/hello/hooks/1', 'octo']);
  assert.ok(entry.early_by_ms > 1000 && entry.early_by_ms <= 4000, String(entry.early_by_ms));
  await sleep(Number(refused.headers.get('retry-after')) * 1000);
  assert.equal((await user()).status, 200);
  assert.equal((await early()).length, before + 1);
});

test('a fault that tells to wait is to be obeyed, too', async () => {
  const before = (await early()).length;
  await simulator.setFaults([
    { path_regex: '/user$', status: 429 },
    { path_regex: '/emails$', status: 503, headers: { 'Retry-After': '4' } },
  ]);
  await simulator.api('GET', '/user/emails', { token: TOKENS.mona });
  await sleep(150);
  await user({ token: TOKENS.mona });
  assert.equal((await early()).length, before, 'a 503 is about its own address only');
  await simulator.api('GET', '/user/emails', { token: TOKENS.mona });
  await sleep(150);
  await simulator.api('GET', '/rate_limit', { token: TOKENS.mona });
  const found = (await early()).slice(before);
  assert.deepEqual(found.map(({ path }) => path), ['/api/v3/user/emails', '/api/v3/rate_limit']);
  assert.ok(found[1].early_by_ms > 55_000, 'a minute at least, where none is named');
});

test('a limit of nobody, or of no number, is refused', async () => {
  for (const bad of [{ login: 'nobody' }, { remaining: -1 }, { limit: 'x' },
                     { secondary: { status: 500 } }, { secondary: { retry_after_s: 'x' } }]) {
    assert.equal((await setLimit(bad)).status, 422, JSON.stringify(bad));
  }
});
