import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SimulatorProcess, TOKENS } from '../testing/simulator_process.js';

let simulator;
let statuses;
before(async () => {
  simulator = await SimulatorProcess.start();
  const { sha } = (await simulator.api('GET', '/repos/octo/hello/commits/main')).body;
  statuses = `/repos/octo/hello/statuses/${sha}`;
});
after(() => simulator.dispose());

const post = () => simulator.api('POST', statuses, { body: { state: 'success' } });
const count = async () => (await simulator.api(
  'GET', `/${statuses.slice(1).replace('statuses', 'commits')}/statuses?per_page=100`)).body.length;

test('an answer instead of the work, so many times', async () => {
  await simulator.setFaults([{
    method: 'POST', path_regex: '/statuses/', times: 2, status: 503,
    headers: { 'Retry-After': '7' }, body: { message: 'Down' },
  }]);
  const before = await count();
  for (let i = 0; i < 2; i++) {
    const { status, headers, body } = await post();
    assert.deepEqual([status, headers.get('retry-after'), body.message], [503, '7', 'Down']);
  }
  assert.equal(await count(), before);
  assert.equal((await post()).status, 201);
  assert.ok(await simulator.journalEntry(
    (entry) => entry.type === 'fault_applied' && entry.fault.status === 503));
});

test('a connection that drops before the work', async () => {
  await simulator.setFaults([{ path_regex: '/statuses/', drop_connection: true }]);
  const before = await count();
  await assert.rejects(post());
  assert.equal(await count(), before);
});

test('a connection that drops after the work, with the answer lost', async () => {
  await simulator.setFaults([{ method: 'POST', path_regex: '/statuses/',
                               drop_connection: 'after' }]);
  const before = await count();
  await assert.rejects(post());
  assert.equal(await count(), before + 1);
});

test('an answer that breaks off', async () => {
  await simulator.setFaults([{ path_regex: '/user$', truncate: 10 }]);
  const response = await fetch(`${simulator.url}/api/v3/user`,
                               { headers: { authorization: `Bearer ${TOKENS.octo}` } });
  assert.equal(response.status, 200);
  assert.ok(Number(response.headers.get('content-length')) > 10);
  await assert.rejects(response.text());
  assert.equal((await simulator.api('GET', '/user')).status, 200);
});

test('a delay', async () => {
  await simulator.setFaults([{ path_regex: '/user$', delay_ms: 150 }]);
  const start = performance.now();
  assert.equal((await simulator.api('GET', '/user')).status, 200);
  assert.ok(performance.now() - start >= 149);
});

test('an answer of 100 MB, which is JSON', async () => {
  await simulator.setFaults([{ path_regex: '/user$', body_bytes: 100 * 1024 * 1024 }]);
  const { status, body } = await simulator.api('GET', '/user');
  assert.deepEqual([status, body.length], [200, 100 * 1024 * 1024 - 2]);
});

test('a body that comes slowly, after its head', async () => {
  await simulator.setFaults([{ path_regex: '/user$', body_ms: 2000 }]);
  const start = performance.now();
  const response = await fetch(`${simulator.url}/api/v3/user`,
                               { headers: { authorization: `Bearer ${TOKENS.octo}` } });
  const head = performance.now() - start;
  assert.equal((await response.json()).login, 'octo');
  const whole = performance.now() - start;
  assert.ok(whole >= 1999 && head < whole - 500, `${head} of ${whole} ms`);
});

test('HTML in place of JSON, and a redirect to elsewhere', async () => {
  await simulator.setFaults([{ path_regex: '/user$', html: true, status: 502 },
                             { path_regex: '/user$', redirect: 'http://127.0.0.1:1/else' }]);
  const get = () => fetch(`${simulator.url}/api/v3/user`, { redirect: 'manual' });
  const page = await get();
  assert.deepEqual([page.status, page.headers.get('content-type')],
                   [502, 'text/html; charset=utf-8']);
  assert.match(await page.text(), /^<!doctype html>/);
  const moved = await get();
  assert.deepEqual([moved.status, moved.headers.get('location')],
                   [302, 'http://127.0.0.1:1/else']);
});

test('every value of another type', async () => {
  await simulator.setFaults([{ path_regex: '/user/repos', wrong_types: true }]);
  const [repository] = (await simulator.api('GET', '/user/repos')).body;
  assert.deepEqual([typeof repository.id, typeof repository.full_name, repository.private,
                    repository.homepage, typeof repository.owner.id],
                   ['string', 'number', 'no', {}, 'string']);
});

test('a next page that is the same, or somewhere else', async () => {
  await simulator.setFaults([
    { path_regex: '/user/repos', next_link: 'self' },
    { path_regex: '/user/repos', next_link: 'https://evil.example/?page=2' },
  ]);
  const link = async () => (await simulator.api('GET', '/user/repos?page=3')).headers.get('link');
  assert.equal(await link(), `<${simulator.url}/api/v3/user/repos?page=3>; rel="next"`);
  assert.equal(await link(), '<https://evil.example/?page=2>; rel="next"');
});

test('git is not spared', async () => {
  await simulator.setFaults([{ path_regex: '^/octo/hello\\.git/info/refs', status: 500,
                               times: null }]);
  const target = `${simulator.url}/octo/hello.git/info/refs?service=git-upload-pack`;
  assert.equal((await fetch(target)).status, 500);
  await simulator.setFaults([{ path_regex: '^/octo/hello\\.git/info/refs', truncate: 5 }]);
  await assert.rejects(fetch(target).then((response) => response.text()));
  assert.equal((await fetch(target)).status, 200);
});

test('what is no fault is refused and changes nothing', async () => {
  await simulator.setFaults([]);
  for (const bad of [{}, [{}], [{ path_regex: '(' }], [{ path_regex: 'x', status: 42 }],
                     [{ path_regex: 'x', typo: 1 }], [{ path_regex: 'x', times: -1 }],
                     [{ path_regex: 'x', next_link: 'there' }], [{ path_regex: 'x', html: 'yes' }],
                     [{ path_regex: 'x', body_bytes: 1e9 }]]) {
    assert.equal((await simulator.setFaults(bad)).status, 422, JSON.stringify(bad));
  }
  assert.deepEqual(await (await fetch(`${simulator.url}/_simulator/faults`)).json(), []);
});
