import assert from 'node:assert/strict';
import os from 'node:os';
import fs from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { HookReceiver } from '../testing/hook_receiver.js';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { TEAM, tokenOf } from '../testing/team.js';
import { git } from '../testing/working_copy.js';

let simulator;
before(async () => (simulator = await SimulatorProcess.start({ seed: TEAM })));
after(() => simulator.dispose());

const as = (login) => (method, target, body) =>
  simulator.api(method, target, { token: tokenOf(login), body });
const control = (method, target, body) => simulator.control(method, target, body);

test('users, organisations and repositories are created as by a seed', async () => {
  const seed = {
    users: [{ login: 'nina', tokens: [{ token: 'nina-token', scopes: ['repo', 'read:org'] }] }],
    organizations: [{ login: 'globex', owners: ['nina'],
                      teams: [{ slug: 'ops', members: ['dan'], repositories: { plant: 'push' } }] }],
    repositories: [{ owner: 'globex', name: 'plant', private: true, commits: [
      { message: 'Seeds', author: { name: 'N', email: 'n@example.com' },
        date: '2025-01-01T00:00:00Z', files: { 'a.txt': 'a' } }] }],
  };
  assert.equal((await control('POST', '/seed', seed)).status, 200);
  assert.equal((await control('POST', '/seed', seed)).status, 200, 'again');
  const { body } = await simulator.api('GET', '/user/repos', { token: 'nina-token' });
  assert.deepEqual(body.map((one) => [one.full_name, one.role_name]), [['globex/plant', 'admin']]);
  assert.equal((await as('dan')('GET', '/repos/globex/plant')).body.role_name, 'write');
  for (const bad of [
    { users: [{ login: '-x' }] }, { users: [{ login: 'acme' }] },
    { organizations: [{ login: 'x', owners: ['nobody'] }] }, { organizations: [{ login: 'x' }] },
    { repositories: [{ owner: 'nobody', name: 'x' }] },
    { repositories: [{ owner: 'ada', name: 'x', count: 0 }] },
    { repositories: [{ owner: 'ada', name: 'x', commits: [
      { message: 'm', author: { name: 'a', email: 'a' }, date: '2025-01-01', files: '/etc' }] }] },
  ]) {
    const { status, body: answer } = await control('POST', '/seed', bad);
    assert.equal(status, 422, JSON.stringify(bad));
    assert.match(answer.message, /^seed: /);
  }
});

test('5,000 repositories come quickly, and take no place before they are used', async () => {
  const start = performance.now();
  await control('POST', '/seed', { repositories: [
    { owner: 'grace', name: 'many', private: true, count: 5000 }] });
  const list = (page) => as('grace')(
    'GET', `/user/repos?affiliation=owner&per_page=100&page=${page}`);
  const last = await list(50);
  assert.deepEqual([last.body.length, /rel="next"/.test(last.headers.get('link'))], [100, false]);
  assert.equal((await list(51)).body.length, 0);
  assert.ok(performance.now() - start < 30_000, `${performance.now() - start} ms`);

  const { id } = (await as('grace')('GET', '/repos/grace/many-4711')).body;
  const folder = path.join(simulator.data, `repos/${id}.git`);
  await assert.rejects(fs.stat(folder));
  const url = `http://x:${tokenOf('grace')}@127.0.0.1:${simulator.port}/grace/many-4711.git`;
  assert.equal(await git(os.tmpdir(), ['ls-remote', url]), '');
  assert.ok((await fs.stat(folder)).isDirectory());
  assert.equal((await as('grace')('GET', '/repos/grace/many-1/commits/main')).status, 422);
});

test('what people do on GitHub\'s pages is done as somebody, without a token', async () => {
  const before = await control('GET', '/as/dan/repos/acme/rocket');
  assert.deepEqual([before.status, before.body.role_name], [200, 'read']);
  assert.equal((await control('PUT', '/as/ada/orgs/acme/memberships/dan',
                              { role: 'admin' })).body.role, 'admin');
  assert.equal((await as('dan')('GET', '/repos/acme/engine')).body.role_name, 'admin');
  await control('PUT', '/as/ada/orgs/acme/memberships/dan', { role: 'member' });
  await control('PATCH', '/as/ada/orgs/acme', { default_repository_permission: 'write' });
  assert.equal((await as('dan')('GET', '/repos/acme/engine')).body.role_name, 'write');
  const refused = await control('PATCH', '/as/dan/orgs/acme', { name: 'Dan\'s' });
  assert.equal(refused.status, 403, 'rights are checked all the same');
  assert.equal((await control('PATCH', '/as/ada/orgs/acme',
                              { default_repository_permission: 'x' })).status, 422);
  assert.equal((await control('GET', '/as/nobody/user')).status, 404);
  assert.equal((await control('GET', '/as/dan/nothing')).status, 404);
  await control('PUT', '/rate_limit', { login: 'dan', remaining: 0 });
  assert.equal((await control('GET', '/as/dan/user')).body.login, 'dan');
  await control('PUT', '/rate_limit', { login: 'dan' });
  const entry = (await simulator.journal()).find(
    ({ type, method, path: at }) => type === 'api_request' && method === 'PUT' &&
                                    at.endsWith('/orgs/acme/memberships/dan'));
  assert.deepEqual([entry.user, entry.browser], ['ada', true]);
});

test('a pull request from a fork, without a working copy', async (t) => {
  const receiver = await HookReceiver.start();
  t.after(() => receiver.stop());
  await simulator.createHook(receiver.url, { repository: 'acme/website', token: tokenOf('ada'),
                                             events: ['pull_request'] });
  await control('POST', '/as/mallory/repos/acme/website/forks');
  const { status, body: { sha } } = await control(
    'POST', '/repositories/mallory/website/commits',
    { login: 'mallory', branch: 'evil', from: 'main', files: { 'x.txt': 'x' } });
  assert.equal(status, 201);
  const { body } = await control('POST', '/as/mallory/repos/acme/website/pulls',
                                 { title: 'Evil', head: 'mallory:evil', base: 'main' });
  assert.deepEqual([body.head.sha, body.commits, body.changed_files], [sha, 1, 1]);
  assert.equal((await receiver.next('pull_request')).payload.action, 'opened');
  await control('POST', '/repositories/mallory/website/commits', { branch: 'evil' });
  assert.equal((await receiver.next('pull_request')).payload.action, 'synchronize');
  assert.equal((await control('POST', '/repositories/mallory/none/commits', {})).status, 404);
  assert.equal((await control('POST', '/repositories/mallory/website/commits',
                              { files: '/etc' })).status, 422);
});

test('a suspended user has no access, until they are let in again', async () => {
  const user = async () => (await as('cara')('GET', '/user')).status;
  await control('PATCH', '/users/cara', { suspended: true });
  assert.equal(await user(), 403);
  const url = `http://cara:cara@127.0.0.1:${simulator.port}/acme/rocket.git`;
  await assert.rejects(git(os.tmpdir(), ['ls-remote', url]), /403/);
  await control('PATCH', '/users/cara', { suspended: false });
  assert.equal(await user(), 200);
});

test('bad input 32: a login changes hands; ids tell who is who', async () => {
  const old = (await as('bob')('GET', '/user')).body;
  await control('PATCH', '/users/bob', { login: 'robert', name: 'Robert' });
  await control('POST', '/seed', { users: [
    { login: 'bob', email: 'new@example.com', tokens: [{ token: 'new-bob', scopes: ['repo'] }] }] });
  const renamed = (await as('bob')('GET', '/user')).body;
  assert.deepEqual([renamed.id, renamed.login, renamed.name], [old.id, 'robert', 'Robert']);
  const fresh = (await simulator.api('GET', '/user', { token: 'new-bob' })).body;
  assert.equal(fresh.login, 'bob');
  assert.notEqual(fresh.id, old.id);
  assert.equal((await as('bob')('GET', '/repos/robert/tool')).body.role_name, 'admin');
  assert.equal((await as('bob')('GET', '/repos/bob/tool')).body.full_name, 'robert/tool');
  for (const bad of [{ login: 'ada' }, { login: 'acme' }, { login: '..' }, { id: 1 },
                     { suspended: 'yes' }]) {
    assert.equal((await control('PATCH', '/users/eve', bad)).status, 422, JSON.stringify(bad));
  }
  assert.equal((await control('PATCH', '/users/nobody', {})).status, 404);
});
