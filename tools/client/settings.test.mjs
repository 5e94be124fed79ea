// settings: a project's settings as a file, and such a file applied. P51
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, beforeEach, test } from 'node:test';
import { FakeServer, run } from './fake_server.mjs';

const FILE = 'version: 1\nhooks:\n  - title: "Tests ü"\n';
const PLAN = {
  applied: false,
  changes: [
    { what: 'hook', title: 'Evil\u001b[2J', action: 'added', fields: [] },
    { what: 'hook', title: 'Old', action: 'removed', fields: [] },
    { what: 'builds', title: null, action: 'changed', fields: ['mail', 'max_parallel'] },
  ],
  missing: ['The secret TOKEN has no value here.'],
};

let server;
/** Types and bodies. */
let sent;
before(async () => { server = await new FakeServer().start(); });
after(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
  sent = [];
  server.intercept = (request, response, url, body) => {
    if (!url.pathname.endsWith('/settings/file')) return false;
    if (request.method === 'GET') response.writeHead(200, { 'content-type': 'application/yaml' }).end(FILE);
    else {
      sent.push([request.headers['content-type'], body]);
      server.json(response, 200, { ...PLAN, applied: url.searchParams.get('dry_run') === 'false' });
    }
    return true;
  };
});

test('the settings are told as they come', async () => {
  const { code, out, err } = await run(server, ['settings', 'octo/hello']);
  assert.deepEqual([code, out, err], [0, FILE, '']);
  assert.deepEqual(server.requests, ['GET /api/v1/projects', 'GET /api/v1/projects/1/settings/file']);
});

test('a file is applied, or only looked at', async () => {
  const path = `${process.env.TMPDIR ?? '/tmp'}/settings-${process.pid}.yaml`;
  await writeFile(path, FILE);
  const { code, out, err } = await run(server, ['settings', '1', '--apply', path, '--dry-run', '--remove']);
  assert.equal(code, 0);
  assert.equal(out, 'adds the hook "Evil\ufffd[2J"\ndeletes the hook "Old"\nchanges how builds are run: mail, max_parallel\n');
  assert.equal(err, 'kozmic: The secret TOKEN has no value here.\n');
  assert.match((await run(server, ['settings', '1', `--apply=${path}`])).out, /^added the hook/);
  assert.deepEqual(server.requests, [
    'PUT /api/v1/projects/1/settings/file?dry_run=true&remove=true',
    'PUT /api/v1/projects/1/settings/file?dry_run=false&remove=false',
  ]);
  assert.deepEqual(sent, [['application/yaml', FILE], ['application/yaml', FILE]]);
  const json = await run(server, ['settings', '1', '--apply', path, '--json']);
  assert.deepEqual(JSON.parse(json.out), { ...PLAN, applied: true });
  const piped = await run(server, ['settings', '1', '--apply', '-'], {}, 'version: 1\n');
  assert.equal(piped.code, 0, piped.err);
  assert.deepEqual(sent.at(-1), ['application/yaml', 'version: 1\n']);
});

test('what cannot be read or was not meant is not sent', async () => {
  for (const argv of [['settings'], ['settings', '1', '2'], ['settings', '1', '--dry-run'], ['settings', '1', '--remove'],
    ['settings', '1', '--json'], ['settings', '1', '--apply']]) {
    assert.equal((await run(server, argv)).code, 2, argv.join(' '));
  }
  const { code, err } = await run(server, ['settings', '1', '--apply', '/nothing/here']);
  assert.equal(code, 3);
  assert.match(err, /cannot read \/nothing\/here: ENOENT/);
  assert.deepEqual(server.requests, []);
});

test('a refusal and a page of something else are told', async () => {
  server.intercept = (request, response) => (server.refuse(response, 422, 'invalid_argument', 'the hook "T": script is missing'), true);
  const refused = await run(server, ['settings', '1', '--apply', new URL(import.meta.url).pathname]);
  assert.equal(refused.code, 3);
  assert.match(refused.err, /answers 422: the hook "T": script is missing/);
  server.intercept = (request, response) => (server.refuse(response, 422, 'invalid_argument', 'the hook "T": image: is none', { field: 'image' }), true);
  assert.match((await run(server, ['settings', '1', '--apply', new URL(import.meta.url).pathname])).err, /422: the hook "T": image: is none\n/);
  server.intercept = (request, response) => (response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello'), true);
  const foreign = await run(server, ['settings', '1']);
  assert.deepEqual([foreign.code, foreign.out], [3, '']);
  assert.match(foreign.err, /is not Kozmic's/);
});
