import { isLogin, isSlug } from '../base/names.js';
import { BASE_PERMISSIONS } from '../state/organizations.js';
import { permissionNamed } from '../state/permissions.js';
import { check } from './check.js';

/**
 * An organisation with its members and teams, in one piece.
 * @param {import('../simulator.js').Simulator} sim
 * @param {Record<string, any>} given
 */
export function plantOrganization(sim, given) {
  const { login, owners = [], members = [], teams = [] } = given;
  const base = given.default_repository_permission ?? 'read';
  check(isLogin(login ?? ''), `${JSON.stringify(login)} is not a login`);
  check(!sim.state.users.find(login), `${login} is a user`);
  check(BASE_PERMISSIONS.includes(base), `${login}: ${base} is no base permission`);
  check(owners.length > 0 || sim.state.organizations.find(login), `${login} needs an owner`);
  for (const name of [...owners, ...members]) userId(sim.state, name);
  for (const team of teams) checkTeam(sim.state, login, team);
  sim.journal.transaction(() => {
    if (!sim.state.organizations.find(login)) create(sim, given, base);
    for (const team of teams) plantTeam(sim, sim.state.organizations.find(login), team);
  });
}

/**
 * Gives a new repository to those of a seed's teams that name it.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../state/repositories.js').Repository} repository
 * @param {Record<string, any>[]} organizations of the seed
 */
export function grantToTeams(sim, repository, organizations) {
  const organization = sim.state.organizations.findById(repository.owner_id);
  if (!organization) return;
  const wanted = organization.login.toLowerCase();
  const given = organizations.find(({ login }) => login.toLowerCase() === wanted);
  for (const { slug, repositories = {} } of given?.teams ?? []) {
    if (Object.hasOwn(repositories, repository.name)) {
      grant(sim, organization, slug, repository, repositories[repository.name]);
    }
  }
}

function create({ state, journal, clock }, { login, name, owners = [], members = [] }, base) {
  const id = state.organizations.nextId();
  journal.append('organization_created', { organization: {
    id, login, name: name ?? login, default_repository_permission: base, created_at: clock.now(),
  } });
  const add = (role) => (user) => journal.append(
    'membership_set', { organization_id: id, user_id: userId(state, user), role });
  owners.forEach(add('admin'));
  members.filter((user) => !owners.includes(user)).forEach(add('member'));
}

function checkTeam(state, login, { slug, members = [], repositories = {} }) {
  check(isSlug(slug ?? ''), `${login}: ${JSON.stringify(slug)} is not a team's slug`);
  for (const name of members) userId(state, name);
  for (const permission of Object.values(repositories)) {
    check(permissionNamed(permission), `${login}/${slug}: ${permission} is no permission`);
  }
}

function plantTeam(sim, organization, { slug, name, members = [], repositories = {} }) {
  const { state, journal } = sim;
  if (organization.teams.has(slug)) return;
  const { id } = organization;
  journal.append('team_created', { team: {
    id: state.organizations.nextTeamId(), organization_id: id, slug, name: name ?? slug,
  } });
  for (const login of members) {
    const user = userId(state, login);
    if (!organization.members.has(user)) {
      journal.append('membership_set', { organization_id: id, user_id: user, role: 'member' });
    }
    journal.append('team_member_added', { organization_id: id, slug, user_id: user });
  }
  for (const [repositoryName, permission] of Object.entries(repositories)) {
    const repository = state.repositories.find(organization.login, repositoryName);
    if (repository) grant(sim, organization, slug, repository, permission);
  }
}

function grant({ journal }, organization, slug, repository, permission) {
  journal.append('team_repository_set', {
    organization_id: organization.id, slug, repository_id: repository.id,
    permission: permissionNamed(permission),
  });
}

function userId(state, login) {
  const user = state.users.find(login);
  check(user, `there is no user ${login}`);
  return user.id;
}
