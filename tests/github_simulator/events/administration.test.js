import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { HookReceiver } from '../testing/hook_receiver.js';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { ed25519Key } from '../testing/ssh_keys.js';
import { TEAM, tokenOf } from '../testing/team.js';

const EVENTS = ['member', 'repository', 'public', 'team_add', 'deploy_key'];

let simulator;
let receiver;
before(async () => {
  [simulator, receiver] = await Promise.all([SimulatorProcess.start({ seed: TEAM }),
                                             HookReceiver.start()]);
  await hook('acme/rocket');
});
after(() => Promise.all([simulator.dispose(), receiver.stop()]));

async function hook(repository, events = EVENTS) {
  await simulator.createHook(receiver.url, { repository, events, secret: 's',
                                             token: tokenOf('ada') });
  await receiver.next('ping');
}

const ada = (method, target, body) => simulator.api(method, target, { token: tokenOf('ada'), body });
const next = async (event) => (await receiver.next(event)).payload;

test('member: added, edited and removed, signed as everything is', async () => {
  const one = '/repos/acme/rocket/collaborators/mallory';
  await ada('PUT', one, { permission: 'triage' });
  const { payload, headers, raw } = await receiver.next('member');
  assert.equal(headers['x-hub-signature-256'],
               `sha256=${createHmac('sha256', 's').update(raw).digest('hex')}`);
  assert.deepEqual([payload.action, payload.member.login, payload.sender.login,
                    payload.organization.login, payload.repository.full_name],
                   ['added', 'mallory', 'ada', 'acme', 'acme/rocket']);
  assert.deepEqual(payload.changes, { permission: { to: 'read' }, role_name: { to: 'triage' } });
  await ada('PUT', one, { permission: 'admin' });
  const edited = await next('member');
  assert.deepEqual([edited.action, edited.changes.permission],
                   ['edited', { from: 'read', to: 'admin' }]);
  await ada('PUT', one, { permission: 'admin' });
  await ada('DELETE', one);
  assert.equal((await next('member')).action, 'removed', 'nothing for what did not change');
});

test('member: removed, when a direct collaborator leaves the organisation', async () => {
  await ada('PUT', '/repos/acme/rocket/collaborators/cara', { permission: 'push' });
  assert.equal((await next('member')).action, 'added');
  await ada('DELETE', '/orgs/acme/members/cara');
  const { action, member } = await next('member');
  assert.deepEqual([action, member.login], ['removed', 'cara']);
});

test('team_add, when a team gets the repository, not when it gets another permission', async () => {
  await ada('DELETE', '/orgs/acme/teams/readers/repos/acme/rocket');
  for (const permission of ['push', 'pull']) {
    await ada('PUT', '/orgs/acme/teams/readers/repos/acme/rocket', { permission });
  }
  const { team, repository } = await next('team_add');
  assert.deepEqual([team.slug, team.permission, repository.name], ['readers', 'push', 'rocket']);
  await ada('PATCH', '/repos/acme/rocket', { description: 'Falls' });
  await next('repository');
  assert.equal(receiver.deliveries.filter(({ event }) => event === 'team_add').length, 1);
});

test('deploy_key: created and deleted', async () => {
  const { body } = await ada('POST', '/repos/acme/rocket/keys', { title: 'k', key: ed25519Key() });
  const { action, key } = await next('deploy_key');
  assert.deepEqual([action, key.id, key.title], ['created', body.id, 'k']);
  await ada('DELETE', `/repos/acme/rocket/keys/${body.id}`);
  assert.equal((await next('deploy_key')).action, 'deleted');
});

test('repository: edited, publicized with public, privatized', async () => {
  await ada('PATCH', '/repos/acme/rocket', { description: 'Rises', private: false });
  const shown = await next('repository');
  assert.deepEqual([shown.action, shown.repository.private], ['publicized', false]);
  assert.equal((await next('public')).repository.full_name, 'acme/rocket');
  const edited = await next('repository');
  assert.deepEqual([edited.action, edited.changes], ['edited', { description: { from: 'Falls' } }]);
  await ada('PATCH', '/repos/acme/rocket', { visibility: 'private' });
  const hidden = await next('repository');
  assert.deepEqual([hidden.action, hidden.repository.visibility], ['privatized', 'private']);
});

test('P53 repository: renamed and transferred, to the same hook', async () => {
  await ada('PATCH', '/repos/acme/rocket', { name: 'shuttle' });
  const renamed = await next('repository');
  assert.deepEqual([renamed.action, renamed.changes, renamed.repository.full_name],
                   ['renamed', { repository: { name: { from: 'rocket' } } }, 'acme/shuttle']);
  await ada('POST', '/repos/acme/shuttle/transfer', { new_owner: 'ada' });
  const moved = await next('repository');
  assert.deepEqual([moved.action, moved.changes.owner.from.organization.login,
                    moved.repository.full_name, moved.organization],
                   ['transferred', 'acme', 'ada/shuttle', undefined]);
  assert.equal(moved.repository.id, renamed.repository.id);
});

test('repository: deleted, the last that its hooks hear', async () => {
  await ada('DELETE', '/repos/ada/shuttle');
  const { action, repository } = await next('repository');
  assert.deepEqual([action, repository.full_name], ['deleted', 'ada/shuttle']);
  const done = await simulator.journalEntry(
    (entry) => entry.type === 'delivery_done' && entry.event === 'repository' &&
               entry.outcome.status_code === 200);
  assert.ok(done);
});

test('a hook hears only what it listens to', async () => {
  await hook('ada/notes', ['push', 'public']);
  await ada('PATCH', '/repos/ada/notes', { private: false });
  await next('public');
  assert.equal(receiver.deliveries.at(-1).event, 'public');
  assert.ok(!receiver.deliveries.some(({ event, payload }) =>
    event === 'repository' && payload.repository.name === 'notes'));
});
