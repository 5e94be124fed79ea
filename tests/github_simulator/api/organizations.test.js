import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { tokenOf, withTokens } from '../testing/team.js';

const ROCKET = '/repos/acme/rocket';

let simulator;
before(async () => {
  simulator = await SimulatorProcess.start({ seed: withTokens('ada', [
    { token: 'ada-weak', scopes: ['repo'] }, { token: 'ada-reads', scopes: ['repo', 'read:org'] },
  ]) });
});
after(() => simulator.dispose());

const as = (login) => (method, target, body) =>
  simulator.api(method, target, { token: tokenOf(login), body });
const logins = ({ body }) => body.map(({ login }) => login);
const names = ({ body }) => body.map(({ full_name: name }) => name);
const slugs = ({ body }) => body.map(({ slug }) => slug);

test('the organisations that one is in, for a token that may tell', async () => {
  assert.deepEqual(logins(await as('ada')('GET', '/user/orgs')), ['acme']);
  assert.deepEqual(logins(await as('eve')('GET', '/user/orgs')), []);
  const weak = await simulator.api('GET', '/user/orgs', { token: 'ada-weak' });
  assert.deepEqual([weak.status, /read:org/.test(weak.body.message)], [403, true]);
});

test('an organisation; its settings are for its owners', async () => {
  const { body } = await as('ada')('GET', '/orgs/ACME');
  assert.deepEqual([body.login, body.name, body.default_repository_permission, body.public_repos],
                   ['acme', 'Acme Corporation', 'none', 1]);
  assert.equal((await as('bob')('GET', '/orgs/acme')).body.default_repository_permission, undefined);
  assert.equal((await as('bob')('GET', '/orgs/ada')).status, 404);
  const account = (await as('bob')('GET', '/users/acme')).body;
  assert.deepEqual([account.type, account.id], ['Organization', body.id]);
  assert.equal((await fetch(body.avatar_url)).status, 200);
});

test('members are seen by members with read:org', async () => {
  assert.deepEqual(logins(await as('bob')('GET', '/orgs/acme/members')),
                   ['ada', 'grace', 'bob', 'cara', 'dan']);
  assert.deepEqual(logins(await as('bob')('GET', '/orgs/acme/members?role=admin')), ['ada']);
  assert.deepEqual(logins(await as('eve')('GET', '/orgs/acme/members')), []);
  const weak = await simulator.api('GET', '/orgs/acme/members', { token: 'ada-weak' });
  assert.deepEqual(logins(weak), []);
});

test('teams, of the organisation and of a repository', async () => {
  assert.deepEqual(slugs(await as('dan')('GET', '/orgs/acme/teams')),
                   ['admins', 'builders', 'triage', 'readers']);
  assert.equal((await as('eve')('GET', '/orgs/acme/teams')).status, 404);
  assert.equal((await simulator.api('GET', '/orgs/acme/teams', { token: 'ada-weak' })).status, 403);
  assert.deepEqual(logins(await as('dan')('GET', '/orgs/acme/teams/builders/members')), ['bob']);
  const { body } = await as('ada')('GET', '/repos/acme/engine/teams');
  assert.deepEqual(body.map(({ slug, permission }) => [slug, permission]), [['builders', 'push']]);
  assert.equal((await as('bob')('GET', '/repos/acme/engine/teams')).status, 404);
  assert.deepEqual((await as('bob')('GET', '/repos/bob/tool/teams')).body, []);
});

test('the repositories that one has to do with, by how and by visibility', async () => {
  const mine = async (login, query = '') => names(await as(login)('GET', `/user/repos${query}`));
  assert.deepEqual(await mine('ada'), ['acme/engine', 'acme/rocket', 'acme/website', 'ada/notes',
                                       'bob/tool']);
  assert.deepEqual(await mine('ada', '?affiliation=owner'), ['ada/notes']);
  assert.deepEqual(await mine('ada', '?affiliation=owner,collaborator'), ['ada/notes', 'bob/tool']);
  assert.deepEqual(await mine('bob'), ['acme/engine', 'acme/rocket', 'bob/tool']);
  assert.deepEqual(await mine('bob', '?visibility=public'), ['bob/tool']);
  assert.deepEqual(await mine('bob', '?visibility=private&direction=desc'),
                   ['acme/rocket', 'acme/engine']);
  assert.deepEqual(await mine('eve'), ['acme/rocket']);
  assert.deepEqual(await mine('bob', '?type=owner'), ['bob/tool']);
  assert.deepEqual(await mine('ada', '?sort=created&direction=asc&per_page=2'),
                   ['acme/rocket', 'acme/engine']);
  for (const query of ['?type=owner&visibility=all', '?sort=size', '?direction=up',
                       '?affiliation=friend', '?visibility=half', '?type=x']) {
    assert.equal((await as('ada')('GET', `/user/repos${query}`)).status, 422, query);
  }
  assert.deepEqual(names(await as('mallory')('GET', '/orgs/acme/repos')), ['acme/website']);
});

test('a team member comes and goes, and what they may do with them', async () => {
  const membership = '/orgs/acme/teams/builders/memberships/mallory';
  const role = async () => (await as('mallory')('GET', ROCKET)).body.role_name;
  assert.equal((await as('bob')('PUT', membership)).status, 403);
  assert.equal((await simulator.api('PUT', membership, { token: 'ada-reads' })).status, 403);
  const added = await as('ada')('PUT', membership, { role: 'member' });
  assert.deepEqual([added.status, added.body.state], [200, 'active']);
  assert.equal(await role(), 'write');
  assert.equal((await as('ada')('DELETE', membership)).status, 204);
  assert.equal(await role(), undefined);
  assert.equal((await as('ada')('DELETE', membership)).status, 404);
  assert.equal((await as('ada')('PUT', '/orgs/acme/teams/none/memberships/bob')).status, 404);
});

test('a team is given a repository, and loses it', async () => {
  const grant = '/orgs/acme/teams/readers/repos/acme/engine';
  const status = async () => (await as('dan')('GET', '/repos/acme/engine')).status;
  assert.equal((await as('bob')('PUT', grant, { permission: 'pull' })).status, 403);
  assert.equal((await as('ada')('PUT', grant, { permission: 'pull' })).status, 204);
  assert.equal(await status(), 200);
  assert.equal((await as('ada')('PUT', grant, { permission: 'own' })).status, 422);
  assert.equal((await as('ada')('DELETE', grant)).status, 204);
  assert.equal(await status(), 404);
  assert.equal((await as('ada')('PUT', '/orgs/acme/teams/readers/repos/bob/tool')).status, 422);
});

test('who leaves the organisation loses teams and direct grants', async () => {
  await as('ada')('PUT', `${ROCKET}/collaborators/cara`, { permission: 'push' });
  assert.equal((await as('cara')('GET', ROCKET)).body.role_name, 'write');
  assert.equal((await as('bob')('DELETE', '/orgs/acme/members/cara')).status, 403);
  assert.equal((await as('ada')('DELETE', '/orgs/acme/members/cara')).status, 204);
  assert.equal((await as('cara')('GET', ROCKET)).status, 404);
  assert.equal((await as('ada')('DELETE', '/orgs/acme/members/cara')).status, 404);
  assert.equal((await as('ada')('DELETE', '/orgs/acme/members/ada')).status, 403,
               'the last owner stays');
});
