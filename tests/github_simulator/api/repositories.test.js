import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { SimulatorProcess, TOKENS } from '../testing/simulator_process.js';

let simulator;
before(async () => (simulator = await SimulatorProcess.start()));
after(() => simulator.dispose());

test('a repository says who it is and what one may do', async () => {
  const { status, headers, body } = await simulator.api('GET', '/repos/OCTO/Hello');
  assert.equal(status, 200);
  assert.equal(body.full_name, 'octo/hello');
  assert.equal(body.clone_url, `${simulator.url}/octo/hello.git`);
  assert.equal(body.html_url, `${simulator.url}/octo/hello`);
  assert.equal(body.default_branch, 'main');
  assert.equal(body.private, false);
  assert.deepEqual(body.permissions,
                   { admin: true, maintain: true, push: true, triage: true, pull: true });
  assert.match(headers.get('x-github-request-id'), /./);
  assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal((await simulator.api('GET', `/repositories/${body.id}`)).body.id, body.id);

  const others = await simulator.api('GET', '/repos/octo/hello', { token: TOKENS.mona });
  assert.deepEqual(others.body.permissions,
                   { admin: false, maintain: false, push: false, triage: false, pull: true });
});

test('private repositories are hidden from others and from weak tokens', async () => {
  assert.equal((await simulator.api('GET', '/repos/octo/vault')).status, 200);
  for (const token of [TOKENS.mona, TOKENS.weak]) {
    const { status, body } = await simulator.api('GET', '/repos/octo/vault', { token });
    assert.equal(status, 404);
    assert.deepEqual(Object.keys(body), ['message', 'documentation_url', 'status']);
  }
});

test('my repositories, page by page', async () => {
  const names = [];
  let target = '/user/repos?per_page=2&sort=full_name';
  for (let pages = 0; target && pages < 10; pages++) {
    const { body, headers } = await simulator.api('GET', target);
    names.push(...body.map(({ full_name: name }) => name));
    const next = /<([^>]*)>; rel="next"/.exec(headers.get('link') ?? '');
    target = next ? next[1].slice(`${simulator.url}/api/v3`.length) : '';
  }
  assert.deepEqual(names, ['mona/shared', 'octo/hello', 'octo/vault']);
});

test('users', async () => {
  const me = await simulator.api('GET', '/user');
  assert.deepEqual([me.body.login, me.body.name, me.body.email, me.body.public_repos],
                   ['octo', 'Octo Cat', 'octo@example.com', 1]);
  assert.equal((await simulator.api('GET', '/users/MONA')).body.login, 'mona');
  assert.equal((await simulator.api('GET', '/users/nobody')).status, 404);
  const avatar = await fetch(me.body.avatar_url);
  assert.equal(avatar.headers.get('content-type'), 'image/svg+xml');
});

test('a commit, by branch, SHA and short SHA', async () => {
  const { body } = await simulator.api('GET', '/repos/octo/hello/commits/main');
  assert.equal(body.commit.message, 'Second');
  assert.equal(body.author.login, 'octo');
  assert.equal(body.commit.author.date, '2025-01-16T09:30:00Z');
  assert.equal(body.parents.length, 1);
  assert.deepEqual(body.files.map((file) => [file.filename, file.status, file.changes]),
                   [['new.txt', 'added', 1], ['old.txt', 'removed', 1]]);
  for (const ref of [body.sha, body.sha.slice(0, 7), 'refs%2Fheads%2Fmain']) {
    const again = await simulator.api('GET', `/repos/octo/hello/commits/${ref}`);
    assert.equal(again.body.sha, body.sha, ref);
  }
  for (const ref of ['nope', 'main~1', 'main%5E', '-h', '--all', 'a%20b', 'a%0Amain', '@%7B1%7D']) {
    const unknown = await simulator.api('GET', `/repos/octo/hello/commits/${ref}`);
    assert.equal(unknown.status, 422, ref);
    assert.match(unknown.body.message, /^No commit found for SHA: /);
  }
});

test('who is not known is refused', async () => {
  const anonymous = await simulator.api('GET', '/user', { token: null });
  assert.deepEqual([anonymous.status, anonymous.body.message], [401, 'Requires authentication']);
  const wrong = await simulator.api('GET', '/user', { token: 'gho_nonsense' });
  assert.deepEqual([wrong.status, wrong.body.message], [401, 'Bad credentials']);
  const basic = await simulator.api('GET', '/user', { headers: { authorization: 'Basic eDp5' } });
  assert.equal(basic.status, 401);
});

test('an unknown API version is refused, and so is a request without User-Agent', async () => {
  const old = await simulator.api('GET', '/user',
                                  { headers: { 'x-github-api-version': '2001-01-01' } });
  assert.equal(old.status, 400);
  const status = await new Promise((resolve, reject) => {
    http.get(`${simulator.url}/api/v3/user`,
             { headers: { authorization: `Bearer ${TOKENS.octo}` } },
             (response) => resolve(response.resume().statusCode)).on('error', reject);
  });
  assert.equal(status, 403);
});

test('a body above the cap is refused', async () => {
  const response = await fetch(`${simulator.url}/api/v3/repos/octo/hello/hooks`, {
    method: 'POST', headers: { authorization: `Bearer ${TOKENS.octo}` },
    body: Buffer.alloc(25 * 1024 * 1024 + 1),
  }).catch(({ cause }) => ({ status: cause.code }));
  // It may see the connection closed while it is still sending.
  assert.ok([413, 'EPIPE', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(response.status),
            String(response.status));
  assert.equal((await simulator.api('GET', '/repos/octo/hello/hooks')).body.length, 0);
});
