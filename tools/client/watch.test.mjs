// watch, and trigger --watch, over streams that break.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { FakeServer, begin, build, job, run, wait } from './fake_server.mjs';

let server;
beforeEach(async () => { server = await new FakeServer().start(); });
afterEach(() => server.stop());

const builds = (requests) => requests.filter((one) => one === 'GET /api/v1/projects/1/builds/2').length;
const streams = (requests) => requests.filter((one) => one.startsWith('GET /api/v1/stream')).length;

test('each change of a job is a line, and the verdict the last', async () => {
  server.put(build(2, 'enqueued', [job(1, 'enqueued'), job(2, 'enqueued', { title: 'Lint\u001b[2J' })]));
  const watch = begin(server, ['watch', '1/2']);
  await watch.until('queued');
  server.change(build(2, 'pending', [job(1, 'pending'), job(2, 'enqueued', { title: 'Lint\u001b[2J' })]));
  await watch.until('running');
  // A change that is none of a job's state.
  server.change(build(2, 'pending', [job(1, 'pending', { phases: [{ name: 'pull' }] }), job(2, 'enqueued', { title: 'Lint\u001b[2J' })]));
  server.change(build(2, 'pending', [job(1, 'success'), job(2, 'pending', { title: 'Lint\u001b[2J', attempt: 2 })]));
  await watch.until('passed');
  server.change(build(2, 'failure', [job(1, 'success'), job(2, 'failure', { title: 'Lint\u001b[2J', attempt: 2, reason: `It ended\u0007 ${'so '.repeat(40)}` })]));
  const { code, out, err } = await watch.ended;
  assert.deepEqual([code, err], [1, '']);
  assert.deepEqual(out.split('\n').slice(0, 8), [
    'build 1/2 of main, aaaaaaa: Say hello',
    '03:04:00  1 Job 1     queued',
    '03:04:00  2 Lint\ufffd[2J  queued',
    '03:04:01  1 Job 1     running',
    '03:04:43  1 Job 1     passed after 42 s',
    '03:04:01  2 Lint\ufffd[2J  running (attempt 2)',
    '03:04:43  2 Lint\ufffd[2J  failed after 42 s (attempt 2)',
    `          It ended\ufffd ${'so '.repeat(20).trim()}`,
  ]);
  assert.equal(out.trimEnd().split('\n').at(-1), 'build 1/2 failed in 1 m 02 s');
  assert.ok(out.split('\n').every((line) => line.length <= 80));
  assert.deepEqual([builds(server.requests), streams(server.requests)], [1, 1]);
});

for (const [status, code, words] of [['success', 0, 'passed'], ['failure', 1, 'failed'], ['error', 1, 'ended with an error'], ['cancelled', 1, 'was cancelled']]) {
  test(`a build that ${words} already is told at once`, async () => {
    server.put(build(2, status, [job(1, status)]));
    const found = await run(server, ['watch', '1/2']);
    assert.equal(found.code, code);
    assert.equal(found.out.trimEnd().split('\n').at(-1), `build 1/2 ${words} in 1 m 02 s`);
  });
}

test('as JSON each change is the build in one line, and nothing else', async () => {
  server.put(build(2, 'pending', [job(1, 'pending', { title: '\u009b\u202e' })]));
  const watch = begin(server, ['watch', '1/2', '--json']);
  await watch.until('\n');
  server.tell([server.builds.get(2)]);
  server.change(build(2, 'success', [job(1, 'success')]));
  const { code, out, err } = await watch.ended;
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^[\u0020-\u007e\n]+$/);
  const lines = out.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ status, revision }) => [status, revision]), [['pending', 1], ['success', 2]]);
  assert.deepEqual(lines[1], server.builds.get(2));
  assert.equal(lines[0].jobs[0].title, '\u009b\u202e');
});

test('a stream that breaks is opened again, and nothing is missed or told twice', async () => {
  server.put(build(2, 'pending', [job(1, 'pending')]));
  const watch = begin(server, ['watch', '1/2']);
  await watch.until('running');
  // The server is away for some tries, by each of the ways in which it can be.
  let failures = 0;
  server.intercept = (request, response) => {
    failures++;
    if (failures % 3 === 0) request.socket.destroy();
    else server.refuse(response, failures % 3 === 1 ? 503 : 500, 'unavailable', 'Try again.');
    return true;
  };
  server.breakStreams();
  await wait(() => failures >= 3);
  server.put(build(2, 'success', [job(1, 'success')], { revision: 2 }));
  server.intercept = () => false;
  const { code, out, err } = await watch.ended;
  assert.equal(code, 0);
  assert.equal(out, 'build 1/2 of main, aaaaaaa: Say hello\n03:04:01  1 Job 1  running\n03:04:43  1 Job 1  passed after 42 s\nbuild 1/2 passed in 1 m 02 s\n');
  assert.match(err, /^kozmic: watch: .*; trying again\n$/);
});

test('a server that stays away is given up', async () => {
  server.put(build(2, 'pending', [job(1, 'pending')]));
  const watch = begin(server, ['watch', '1/2'], { KOZMIC_PATIENCE: '5' });
  await watch.until('running');
  server.stop();
  const { code, err } = await watch.ended;
  assert.equal(code, 3);
  assert.match(err, /kozmic: watch: cannot reach http:.*: nobody listens there\n$/);
});

test('who may no longer see the build is told so', async () => {
  server.put(build(2, 'pending', [job(1, 'pending')]));
  const watch = begin(server, ['watch', '1/2']);
  await watch.until('running');
  server.intercept = (request, response) => (server.refuse(response, 404, 'not_found', 'There is nothing here, or you may not see it.'), true);
  server.breakStreams();
  const { code, err } = await watch.ended;
  assert.equal(code, 3);
  assert.match(err, /answers 404: There is nothing here/);
  assert.equal((await run(server, ['watch', '1/2'])).code, 3);
});

test('a build that is not among the newest is followed as well', async () => {
  server.put(build(2, 'pending', [job(1, 'pending')]));
  const { send } = server;
  // The snapshot has others only; the build changes before it comes.
  server.send = (response) => {
    server.put(build(2, 'success', [job(1, 'success')], { revision: 5 }));
    setTimeout(() => send.call(server, response, [build(90, 'pending', [])]), 300);
  };
  server.intercept = (request, response, url) => {
    if (!url.pathname.endsWith('/builds/2') || builds(server.requests) > 1) return false;
    server.json(response, 200, build(2, 'pending', [job(1, 'pending')]));
    return true;
  };
  const { code, out } = await run(server, ['watch', '1/2']);
  assert.equal(code, 0);
  assert.match(out, /running[^]*passed/);
});

test('what waits for approval says so', async () => {
  server.put(build(2, 'enqueued', [job(1, 'enqueued')], { approval: { approver: null, approved_at: null } }));
  const watch = begin(server, ['watch', '1/2']);
  await watch.until('It waits for a manager to let it run.');
  server.change(build(2, 'cancelled', [job(1, 'cancelled', { started_at: null })], { started_at: null }));
  const { code, out } = await watch.ended;
  assert.equal(code, 1);
  assert.match(out, /1 Job 1 {2}cancelled\nbuild 1\/2 was cancelled\n$/);
});

test('trigger --watch goes on as watch does', async () => {
  const watch = begin(server, ['trigger', '1', 'main', '--watch']);
  await watch.until('queued');
  server.change(build(3, 'failure', [job(1, 'failure')]));
  const { code, out } = await watch.ended;
  assert.equal(code, 1);
  assert.ok(out.startsWith(`build 1/3 of main: ${server.base}/projects/1/builds/3/\nbuild 1/3 of main, aaaaaaa`), out);
  assert.match(out, /build 1\/3 failed in 1 m 02 s\n$/);
});

test('trigger --watch --json has lines of JSON only', async () => {
  const watch = begin(server, ['trigger', '1', 'main', '--watch', '--json']);
  await watch.until('\n');
  server.change(build(3, 'success', [job(1, 'success')]));
  const { code, out } = await watch.ended;
  assert.equal(code, 0);
  assert.deepEqual(out.trimEnd().split('\n').map((line) => JSON.parse(line).status), ['enqueued', 'success']);
});

test('what was not thought of is no verdict', async () => {
  server.intercept = (request, response, url) => url.pathname.includes('/builds/') && (server.json(response, 200, null), true);
  const { code, err } = await run(server, ['watch', '1/2']);
  assert.equal(code, 3);
  assert.match(err, /^kozmic: watch: /);
});
