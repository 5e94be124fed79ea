// builds, trigger, cancel and restart; and what all commands do about servers and tokens.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { FakeServer, TOKEN, build, job, run } from './fake_server.mjs';

let server;
before(async () => { server = await new FakeServer().start(); });
after(() => server.stop());
beforeEach(() => {
  server.builds.clear();
  server.requests.length = 0;
  server.bodies.length = 0;
  server.authorizations.clear();
  server.intercept = () => false;
});

const answer = (status, code, message, more) => (request, response) => (server.refuse(response, status, code, message, more), true);

test('builds are told in columns of 80 characters', async () => {
  server.put(build(1, 'success', [job(1, 'success')]));
  server.put(build(2, 'failure', [], { branch: `feature/${'long-'.repeat(20)}`, message: 'A '.repeat(100), finished_at: null }));
  server.put(build(3, 'enqueued', [], { approval: { approver: null, approved_at: null }, message: 'Evil\u001b[2J\u202e' }));
  const { code, out, err } = await run(server, ['builds', '1']);
  assert.deepEqual([code, err], [0, '']);
  const lines = out.trimEnd().split('\n');
  assert.equal(lines.length, 4);
  assert.ok(lines.every((line) => line.length <= 80), out);
  assert.match(lines[0], /^build +status +branch +took +when +message$/);
  assert.match(lines[1], /^3 +needs approval +main .* Evil\ufffd\[2J\ufffd$/);
  assert.match(lines[2], /^2 +failed +feature\/long-lo… .*…$/);
  assert.match(lines[3], /^1 +passed +main +1 m 02 s .* Say hello$/);
  assert.doesNotMatch(out, /\u001b/);
});

test('no builds are told so', async () => {
  assert.deepEqual(await run(server, ['builds', '1']).then(({ code, out }) => [code, out]), [0, 'No builds.\n']);
});

test('builds as JSON are one document, of as many pages as that takes', async () => {
  for (let i = 1; i <= 230; i++) server.put(build(i, 'success', []));
  const { code, out, err } = await run(server, ['builds', 'OCTO/hello', '--json', '--limit', '210', '--branch', 'a&b', '--status=passed,error']);
  assert.deepEqual([code, err], [0, '']);
  const found = JSON.parse(out);
  assert.deepEqual(found.builds.map(({ number }) => number), Array.from({ length: 210 }, (_, i) => 230 - i));
  assert.equal(found.next_before, 21);
  assert.deepEqual(found.builds[0], server.builds.get(230));
  assert.deepEqual(server.requests, [
    'GET /api/v1/projects',
    'GET /api/v1/projects/1/builds?branch=a%26b&status=success%2Cerror&limit=100',
    'GET /api/v1/projects/1/builds?branch=a%26b&status=success%2Cerror&limit=100&before=131',
    'GET /api/v1/projects/1/builds?branch=a%26b&status=success%2Cerror&limit=10&before=31',
  ]);
});

test('a page of a search may be empty and not the last', async () => {
  server.put(build(5, 'success', []));
  server.intercept = (request, response, url) =>
    !url.searchParams.has('before') && (server.json(response, 200, { builds: [], next_before: 9 }), true);
  const { out } = await run(server, ['builds', '1', '--branch', 'x', '--json']);
  assert.deepEqual(JSON.parse(out).builds.map(({ number }) => number), [5]);
});

test('a project that is not in the list', async () => {
  const { code, out, err } = await run(server, ['builds', 'octo/none']);
  assert.deepEqual([code, out], [3, '']);
  assert.match(err, /^kozmic: builds: there is no project octo\/none at http:/);
});

test('trigger asks for the ref with its variables', async () => {
  const { code, out, err } = await run(server, ['trigger', 'octo/hello', 'feature/a', 'A=b=c', 'EMPTY=', '__proto__=x']);
  assert.deepEqual([code, err], [0, '']);
  assert.equal(out, `build 1/3 of feature/a: ${server.base}/projects/1/builds/3/\n`);
  assert.equal(JSON.stringify(server.bodies), '[{"ref":"feature/a","variables":{"A":"b=c","EMPTY":"","__proto__":"x"}}]');
  const json = await run(server, ['trigger', '1', 'main', '--json']);
  assert.deepEqual(JSON.parse(json.out), server.builds.get(3));
});

test('cancel and restart ask for what is named', async () => {
  server.put(build(2, 'pending', [job(1, 'pending', { cancelling: true }), job(2, 'enqueued')]));
  const told = [];
  for (const argv of [['cancel', '1/2'], ['cancel', '1/2/1'], ['restart', '1/2'], ['restart', '1/2', '--failed-only'], ['restart', '1/2/2']]) {
    const { code, out, err } = await run(server, argv);
    assert.deepEqual([code, err], [0, ''], argv.join(' '));
    told.push(out);
  }
  assert.deepEqual(told, ['build 1/2 is being cancelled\n', 'job 1/2/1 is being cancelled\n', 'build 1/2 is being cancelled\n',
    'build 1/2 is being cancelled\n', 'job 1/2/2: queued\n']);
  assert.deepEqual(server.requests, ['cancel', 'jobs/1/cancel', 'restart', 'restart', 'jobs/2/restart'].map((path) => `POST /api/v1/projects/1/builds/2/${path}`));
  assert.deepEqual(server.bodies, [null, null, { failed_only: false }, { failed_only: true }, null]);
  const json = await run(server, ['cancel', '1/2', '--json']);
  assert.deepEqual(JSON.parse(json.out), server.builds.get(2));
  assert.equal(json.out.trimEnd().split('\n').length, 1);
});

test("the server's refusals are told, and nothing of them on standard output", async () => {
  for (const [status, code, message, more, argv, told] of [
    [403, 'permission_denied', 'Only managers may.', {}, ['cancel', '1/2'], 'answers 403: Only managers may.'],
    [404, 'ref_not_found', 'There is no such ref.', {}, ['trigger', '1', 'x'], 'answers 404: There is no such ref.'],
    [409, 'no_hooks', 'There is no hook.', {}, ['trigger', '1', 'x', '--watch', '--json'], 'answers 409: There is no hook.'],
    [422, 'invalid_argument', 'CI: not this name', { field: 'variables' }, ['trigger', '1', 'x', 'CI=1'], 'answers 422: variables: CI: not this name'],
    [401, 'sign_in_needed', 'Sign in first.', {}, ['trigger', '1', 'x'], `answers 401: Sign in first. (at ${server.base}/login/)`],
    [401, 'unauthenticated', 'Sign in first.', {}, ['builds', '1', '--json'], `or it has expired: ${server.base}/account/settings/ makes another`],
    [503, 'unavailable', 'Try again.', {}, ['builds', '1'], 'answers 503: Try again.'],
    [409, 'x', 'Evil\u001b[2J\nlines', {}, ['restart', '1/2'], 'answers 409: Evil\ufffd[2J lines'],
  ]) {
    server.intercept = answer(status, code, message, more);
    const found = await run(server, argv);
    assert.deepEqual([found.code, found.out], [3, ''], told);
    assert.ok(found.err.startsWith(`kozmic: ${argv[0]}: http`) && found.err.includes(told), found.err);
    assert.equal(found.err.split('\n').length, 2);
  }
});

test('what is not Kozmic is told so', async () => {
  server.intercept = (request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
  assert.match((await run(server, ['builds', '1'])).err, /is not Kozmic's; is that its address\?\n$/);
  server.intercept = (request, response) => response.writeHead(502).end('<html>');
  const bad = await run(server, ['builds', '1']);
  assert.equal(bad.code, 3);
  assert.match(bad.err, /answers 502\n$/);
});

test('a server that is away', async () => {
  for (const argv of [['builds', '1'], ['watch', '1/2'], ['log', '1/2/3'], ['trigger', '1', 'x'], ['cancel', '1/2'], ['restart', '1/2']]) {
    const { code, out, err } = await run({ base: 'http://127.0.0.1:1' }, argv, { KOZMIC_PATIENCE: '' });
    assert.deepEqual([code, out], [3, '']);
    assert.match(err, new RegExp(`^kozmic: ${argv[0]}: cannot reach http://127.0.0.1:1: `));
  }
});

test('the token goes to no other origin, whatever the server answers', async () => {
  const other = await new FakeServer().start();
  try {
    server.put(build(2, 'pending', [job(3, 'pending')]));
    server.intercept = (request, response) => response.writeHead(307, { location: `${other.base}${request.url}` }).end();
    for (const argv of [['builds', '1'], ['watch', '1/2'], ['log', '1/2/3'], ['trigger', '1', 'x'], ['cancel', '1/2'], ['restart', '1/2']]) {
      const { code, out, err } = await run(server, argv);
      assert.deepEqual([code, out], [3, '']);
      assert.match(err, /sends requests on to http:\/\/127\.0\.0\.1:\d+, which the token is not sent to/);
    }
    assert.deepEqual(other.requests, []);
  } finally {
    other.stop();
  }
});

test('a redirect on the server is followed to read, not to change, and not for ever', async () => {
  server.put(build(1, 'success', []));
  server.intercept = (request, response, url) =>
    !url.searchParams.has('again') && (response.writeHead(308, { location: `${request.url}${url.search ? '&' : '?'}again=1` }).end(), true);
  assert.equal((await run(server, ['builds', '1'])).code, 0);
  const change = await run(server, ['cancel', '1/1']);
  assert.equal(change.code, 3);
  assert.match(change.err, /which is not followed/);
  assert.deepEqual(server.bodies, [null]);
  server.intercept = (request, response) => response.writeHead(302, { location: request.url }).end();
  assert.match((await run(server, ['builds', '1'])).err, /sends requests on and on/);
});

test('tokens: only from the environment, only where they are safe', async () => {
  const page = `${server.base}/account/settings/`;
  const none = await run(server, ['builds', '1'], { KOZMIC_TOKEN: '' });
  assert.equal(none.code, 2);
  assert.ok(none.err.includes(`set KOZMIC_TOKEN to an access token: ${page} makes one`), none.err);
  assert.equal((await run(server, ['builds', '1'], { KOZMIC_TOKEN: 'a\nb' })).code, 2);
  const open = await run({ base: 'http://kozmic.invalid' }, ['builds', '1']);
  assert.equal(open.code, 2);
  assert.match(open.err, /is not encrypted/);
  const trusted = await run({ base: 'http://kozmic.invalid' }, ['builds', '1'], { KOZMIC_INSECURE: '1' });
  assert.equal(trusted.code, 3);
  assert.match(trusted.err, /cannot reach/);
  assert.deepEqual(server.requests, []);
  await run(server, ['builds', '1']);
  assert.deepEqual([...server.authorizations], [`Bearer ${TOKEN}`]);
});

test('wrong usage is told before anybody is asked', async () => {
  for (const argv of [[], ['nothing'], ['builds'], ['builds', '1', '2'], ['builds', '1', '--limit', '0'], ['builds', '1', '--status', 'green'],
    ['builds', '1', '--nothing'], ['watch'], ['watch', '1'], ['watch', '1/2/3'], ['log', '1'], ['log', '1/2/3', '--attempt', 'x'], ['trigger', '1'],
    ['trigger', '1', 'main', 'A'], ['trigger', '1', 'main', '1A=b'], ['trigger', '1', 'main', 'A=1', 'A=2'], ['cancel', '1'], ['cancel', '1/2', '--failed-only'],
    ['restart', '1/2/3', '--failed-only']]) {
    const { code, out, err } = await run(server, argv);
    assert.deepEqual([code, out], [2, ''], argv.join(' '));
    assert.match(err, /^kozmic: .*[;?] [sS]ee \.\/kozmic /, argv.join(' '));
  }
  assert.deepEqual(server.requests, []);
});

test('log is told from logs', async () => {
  assert.match((await run(server, ['log'])).err, /what the processes here say: \.\/kozmic logs;/);
  const named = await run(server, ['log', 'gateway']);
  assert.equal(named.code, 2);
  assert.match(named.err, /"gateway" names no job.*\.\/kozmic logs gateway;/);
});
