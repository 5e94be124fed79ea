import assert from 'node:assert/strict';
import os from 'node:os';
import { after, before, test } from 'node:test';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { tokenOf, withTokens } from '../testing/team.js';
import { WorkingCopy, git } from '../testing/working_copy.js';

let simulator;
before(async () => {
  simulator = await SimulatorProcess.start({ seed: withTokens('bob', [
    { token: 'bob-deletes', scopes: ['repo', 'delete_repo'] },
  ]) });
});
after(() => simulator.dispose());

const api = () => `${simulator.url}/api/v3`;
/** Without following redirects. */
const call = async (login, method, target, body) => {
  const response = await fetch(`${api()}${target}`, {
    method, redirect: 'manual', body: body && JSON.stringify(body),
    headers: { 'user-agent': 'test', authorization: `Bearer ${tokenOf(login)}` },
  });
  const text = await response.text();
  return { status: response.status, location: response.headers.get('location'),
           body: text && JSON.parse(text) };
};
const withToken = (login, repository) =>
  `http://x-access-token:${tokenOf(login)}@127.0.0.1:${simulator.port}/${repository}.git`;

test('P53: a renamed repository is found by its number, and by its old name for as long as no ' +
     'other has it', async () => {
  const { body: { id } } = await call('ada', 'GET', '/repos/acme/website');
  const copy = await WorkingCopy.clone(`${simulator.url}/acme/website.git`);
  const renamed = await call('ada', 'PATCH', '/repos/acme/website', { name: 'site' });
  assert.deepEqual([renamed.status, renamed.body.full_name, renamed.body.id],
                   [200, 'acme/site', id]);

  const moved = await call('ada', 'GET', '/repos/acme/website');
  assert.equal(moved.status, 301);
  assert.equal(moved.location, `${api()}/repositories/${id}`);
  const commit = await call('ada', 'GET', '/repos/acme/website/commits/main?per_page=1');
  assert.equal(commit.location, `${api()}/repositories/${id}/commits/main?per_page=1`);
  assert.deepEqual([moved.body.message, moved.body.url], ['Moved Permanently', moved.location]);
  const change = await call('ada', 'POST', '/repos/acme/website/keys', { key: 'x' });
  assert.deepEqual([change.status, change.location],
                   [307, `${api()}/repositories/${id}/keys`], 'a change keeps its method');
  assert.equal((await call('ada', 'GET', `/repositories/${id}`)).body.full_name, 'acme/site');
  assert.equal((await call('ada', 'GET', `/repositories/${id}/commits/main`)).status, 200);
  assert.equal((await call('ada', 'POST', `/repositories/${id}/keys`, { key: 'x' })).status, 422);
  assert.equal((await call('ada', 'GET', '/repositories/1')).status, 404);

  const page = await fetch(`${simulator.url}/acme/website/tree/main`, { redirect: 'manual' });
  assert.deepEqual([page.status, page.headers.get('location')],
                   [301, `${simulator.url}/acme/site/tree/main`]);
  await copy.git('fetch', '--quiet', 'origin');
  await copy.commit('By its old name', {});
  await copy.git('push', '--quiet', withToken('ada', 'acme/website'), 'HEAD:main');
  const pushed = await simulator.journalEntry(({ type }) => type === 'pushed');
  assert.equal(pushed.repository, 'acme/site');

  assert.equal((await call('ada', 'PATCH', '/repos/acme/rocket', { name: 'website' })).status, 200);
  assert.equal((await call('ada', 'GET', '/repos/acme/website')).body.private, true);
  await call('ada', 'PATCH', '/repos/acme/website', { name: 'rocket' });
  await copy.dispose();
});

test('who may not see a repository is not told where it went', async () => {
  await call('ada', 'PATCH', '/repos/acme/engine', { name: 'motor' });
  assert.equal((await call('bob', 'GET', '/repos/acme/engine')).status, 301);
  assert.equal((await call('mallory', 'GET', '/repos/acme/engine')).status, 404);
  const page = await fetch(`${simulator.url}/acme/engine`, { redirect: 'manual' });
  assert.equal(page.status, 404);
  const refs = (login) => git(os.tmpdir(), ['ls-remote', withToken(login, 'acme/engine')]);
  assert.match(await refs('bob'), /refs\/heads\/main/);
  await assert.rejects(refs('mallory'), /not found/);
});

test('a transfer: the new owner has it, the old one may still push, teams stay behind', async () => {
  const { body: { id } } = await call('bob', 'GET', '/repos/bob/tool');
  assert.equal((await call('bob', 'POST', '/repos/bob/tool/transfer')).status, 422);
  assert.equal((await call('bob', 'POST', '/repos/bob/tool/transfer',
                           { new_owner: 'nobody' })).status, 422);
  assert.equal((await call('dan', 'POST', '/repos/bob/tool/transfer',
                           { new_owner: 'dan' })).status, 403);
  const given = await call('bob', 'POST', '/repos/bob/tool/transfer',
                           { new_owner: 'acme', new_name: 'hammer' });
  assert.deepEqual([given.status, given.body.full_name], [202, 'acme/hammer']);
  assert.equal((await call('bob', 'GET', '/repos/bob/tool')).location,
               `${api()}/repositories/${id}`);
  assert.equal((await call('bob', 'GET', '/repos/acme/hammer')).body.role_name, 'write');
  assert.equal((await call('ada', 'GET', '/repos/acme/hammer')).body.role_name, 'admin');

  const back = await call('ada', 'POST', '/repos/acme/rocket/transfer', { new_owner: 'grace' });
  assert.equal(back.status, 202);
  assert.equal((await call('bob', 'GET', '/repos/grace/rocket')).status, 404, 'by a team no more');
  assert.equal((await call('eve', 'GET', '/repos/grace/rocket')).body.role_name, 'write');
});

test('settings of a repository are changed by its administrators', async () => {
  const patch = (login, body) => call(login, 'PATCH', '/repos/ada/notes', body);
  const { body } = await patch('ada', { description: 'New', homepage: 'https://example.com/',
                                        private: false });
  assert.deepEqual([body.description, body.homepage, body.private, body.visibility],
                   ['New', 'https://example.com/', false, 'public']);
  assert.equal((await patch('mallory', { name: 'x' })).status, 403);
  assert.equal((await patch('ada', { visibility: 'private' })).body.private, true);
  assert.equal((await patch('mallory', { name: 'x' })).status, 404);
  for (const bad of [{ name: 'a b' }, { name: 5 }, { private: 'yes' }, { default_branch: 'none' }]) {
    assert.equal((await patch('ada', bad)).status, 422, JSON.stringify(bad));
  }
  const copy = await WorkingCopy.clone(withToken('ada', 'ada/notes'));
  await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/next');
  assert.equal((await patch('ada', { default_branch: 'next' })).body.default_branch, 'next');
  assert.match(await copy.git('ls-remote', '--symref', 'origin', 'HEAD'), /refs\/heads\/next\tHEAD/);
  await copy.dispose();
});

test('deleting needs its own scope, and leaves nothing', async () => {
  const { body: { id } } = await call('ada', 'GET', '/repos/ada/notes');
  assert.equal((await call('bob', 'DELETE', '/repos/acme/motor')).status, 403);
  assert.equal((await call('ada', 'DELETE', '/repos/ada/notes')).status, 204);
  assert.equal((await call('ada', 'GET', '/repos/ada/notes')).status, 404);
  assert.equal((await call('ada', 'GET', `/repositories/${id}`)).status, 404);
  await assert.rejects(git(os.tmpdir(), ['ls-remote', withToken('ada', 'ada/notes')]), /not found/);
});

test('a restart keeps names, former names and what is gone', async () => {
  await simulator.stop();
  simulator = await SimulatorProcess.start({ data: simulator.data, seed: null });
  assert.equal((await call('ada', 'GET', '/repos/acme/engine')).status, 301);
  assert.equal((await call('ada', 'GET', '/repos/acme/motor')).status, 200);
  assert.equal((await call('ada', 'GET', '/repos/ada/notes')).status, 404);
});
