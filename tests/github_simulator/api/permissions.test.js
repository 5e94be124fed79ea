import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { tokenOf, withTokens } from '../testing/team.js';

const ROCKET = '/repos/acme/rocket';

let simulator;
before(async () => {
  simulator = await SimulatorProcess.start({ seed: withTokens('bob', [
    { token: 'bob-without-org', scopes: ['repo'] }, { token: 'bob-public', scopes: ['read:org'] },
  ]) });
});
after(() => simulator.dispose());

const as = (login) => (method, target, body) =>
  simulator.api(method, target, { token: tokenOf(login), body });
const logins = ({ body }) => body.map(({ login }) => login);

for (const [login, role] of [['ada', 'admin'], ['grace', 'admin'], ['bob', 'write'],
                             ['cara', 'triage'], ['dan', 'read'], ['eve', 'write']]) {
  test(`${login} has the role ${role} on acme/rocket`, async () => {
    const { status, body } = await as(login)('GET', ROCKET);
    assert.equal(status, 200);
    assert.equal(body.role_name, role);
    const rank = ['read', 'triage', 'write', 'maintain', 'admin'].indexOf(role);
    assert.deepEqual(body.permissions, { admin: rank >= 4, maintain: rank >= 3, push: rank >= 2,
                                         triage: rank >= 1, pull: true });
    assert.equal(body.organization.login, 'acme');
    assert.equal(body.owner.type, 'Organization');
    const asked = await as('ada')('GET', `${ROCKET}/collaborators/${login}/permission`);
    const coarse = { triage: 'read', maintain: 'write' }[role] ?? role;
    assert.deepEqual([asked.body.permission, asked.body.role_name], [coarse, role]);
  });
}

test('a stranger sees nothing that is private, and reads what is public', async () => {
  assert.equal((await as('mallory')('GET', ROCKET)).status, 404);
  const { body } = await as('mallory')('GET', '/repos/acme/website');
  assert.deepEqual([body.role_name, body.permissions.push], ['read', false]);
  const asked = await as('ada')('GET', `${ROCKET}/collaborators/mallory/permission`);
  assert.deepEqual([asked.body.permission, asked.body.role_name], ['none', 'none']);
});

test('a member without a grant sees no private repository where the base permission is none',
     async () => {
       assert.equal((await as('dan')('GET', '/repos/acme/engine')).status, 404);
     });

test('collaborators, by affiliation and least permission', async () => {
  const list = async (query) => logins(await as('bob')('GET', `${ROCKET}/collaborators${query}`));
  assert.deepEqual(await list(''), ['ada', 'grace', 'bob', 'cara', 'dan', 'eve']);
  assert.deepEqual(await list('?affiliation=direct'), ['eve']);
  assert.deepEqual(await list('?affiliation=outside'), ['eve']);
  assert.deepEqual(await list('?permission=push'), ['ada', 'grace', 'bob', 'eve']);
  const { body } = await as('bob')('GET', `${ROCKET}/collaborators?per_page=1&page=4`);
  assert.deepEqual([body[0].login, body[0].role_name, body[0].permissions.push],
                   ['cara', 'triage', false]);
  assert.equal((await as('bob')('GET', `${ROCKET}/collaborators?affiliation=x`)).status, 422);
  assert.deepEqual(logins(await as('ada')('GET', '/repos/bob/tool/collaborators')),
                   ['ada', 'bob', 'dan']);
  assert.equal((await as('bob')('GET', `${ROCKET}/collaborators/dan`)).status, 204);
  assert.equal((await as('bob')('GET', `${ROCKET}/collaborators/mallory`)).status, 404);
});

test('collaborators need push access, and read:org where an organisation owns', async () => {
  const denied = await as('dan')('GET', `${ROCKET}/collaborators`);
  assert.deepEqual([denied.status, denied.body.message],
                   [403, 'Must have push access to view repository collaborators.']);
  assert.equal((await as('mallory')('GET', `${ROCKET}/collaborators`)).status, 404);
  const withToken = (token, target) => simulator.api('GET', target, { token });
  assert.equal((await withToken('bob-without-org', `${ROCKET}/collaborators`)).status, 403);
  assert.equal((await withToken('bob-without-org', '/repos/bob/tool/collaborators')).status, 200);
  assert.equal((await withToken('bob-public', ROCKET)).status, 404, 'no scope repo');
  assert.deepEqual((await withToken('bob-public', '/user/repos')).body.map(
    ({ full_name: name }) => name), ['bob/tool']);
});

test('inviting, changing and removing a collaborator', async () => {
  const one = `${ROCKET}/collaborators/mallory`;
  const role = async () => (await as('mallory')('GET', ROCKET)).body.role_name;
  assert.equal((await as('bob')('PUT', one)).status, 403);
  const invited = await as('grace')('PUT', one, { permission: 'pull' });
  assert.equal(invited.status, 201);
  assert.deepEqual([invited.body.invitee.login, invited.body.inviter.login,
                    invited.body.permissions], ['mallory', 'grace', 'read']);
  assert.equal(await role(), 'read');
  assert.equal((await as('grace')('PUT', one, { permission: 'maintain' })).status, 204);
  assert.equal(await role(), 'maintain');
  assert.equal((await as('grace')('PUT', one, { permission: 'king' })).status, 422);
  assert.equal((await as('mallory')('DELETE', one)).status, 204, 'one may leave');
  assert.equal((await as('mallory')('GET', ROCKET)).status, 404);
  assert.equal((await as('ada')('PUT', `${ROCKET}/collaborators/nobody`)).status, 404);
  assert.equal((await as('bob')('PUT', '/repos/bob/tool/collaborators/bob')).status, 422);
});
