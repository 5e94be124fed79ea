import { announce, commitAndTell } from '../events/announce.js';
import { json, noContent } from '../http/answer.js';
import { HttpError, notFound, validationFailed } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { teamShape } from '../shapes/team.js';
import { simpleUser } from '../shapes/user.js';
import { permissionNamed } from '../state/permissions.js';
import { repositoryOf, repositoryWith } from './access.js';
import { endpoint } from './endpoint.js';
import { organizationOf, ownOrganization, seesMembers } from './organizations.js';
import { demandScope } from './scopes.js';

/** @param {import('../simulator.js').Simulator} sim */
export function teamRoutes(sim) {
  const { state, urls, journal } = sim;
  const membership = '/orgs/:org/teams/:team_slug/memberships/:username';
  const grant = '/orgs/:org/teams/:team_slug/repos/:owner/:repo';
  const teamIn = (organization, { team_slug: slug }) => {
    const team = organization.teams.get(slug);
    if (!team) throw notFound();
    return { slug: team.slug, organization_id: organization.id, team };
  };
  const userNamed = ({ username }) => {
    const user = state.users.find(username);
    if (!user) throw notFound();
    return user;
  };
  /** Members see their organisation's teams; to others there are none. */
  const memberOf = (viewer, params) => {
    const organization = organizationOf(sim, params);
    if (!organization.members.has(viewer.user.id)) throw notFound();
    demandScope(viewer, 'read:org');
    return organization;
  };
  /** A repository that a team has or is to get: as its administrator. */
  const granted = (organization, viewer, params) => {
    const repository = repositoryWith(sim, viewer, params, 'admin');
    if (repository.owner_id !== organization.id) {
      throw validationFailed({ resource: 'Team', code: 'custom',
                               message: 'The repository is not owned by the organization' });
    }
    return repository;
  };

  return [
    endpoint(sim, {
      method: 'GET', path: '/orgs/:org/teams', docs: 'teams/teams#list-teams',
    }, async (request, viewer) => {
      const organization = memberOf(viewer, request.params);
      const { items, headers } = paginate(request, [...organization.teams.values()], urls.web);
      return json(200, items.map((team) => teamShape(urls, organization, team)), headers);
    }),

    endpoint(sim, {
      method: 'GET', path: '/orgs/:org/teams/:team_slug/members',
      docs: 'teams/members#list-team-members',
    }, async (request, viewer) => {
      const { team } = teamIn(memberOf(viewer, request.params), request.params);
      const { items, headers } = paginate(request, [...team.members], urls.web);
      return json(200, items.map((id) => simpleUser(urls, state.users.get(id))), headers);
    }),

    endpoint(sim, {
      method: 'PUT', path: membership,
      docs: 'teams/members#add-or-update-team-membership-for-a-user',
    }, async (request, viewer) => {
      const organization = ownOrganization(sim, viewer, request.params);
      const { slug, organization_id, team } = teamIn(organization, request.params);
      const user = userNamed(request.params);
      const role = (await request.jsonObject()).role ?? 'member';
      if (role !== 'member' && role !== 'maintainer') {
        throw new HttpError(422, 'role must be member or maintainer');
      }
      journal.transaction(() => {
        // Whoever is invited accepts at once.
        if (!organization.members.has(user.id)) {
          journal.append('membership_set', { organization_id, user_id: user.id, role: 'member' });
        }
        journal.append('team_member_added', { organization_id, slug, user_id: user.id });
      });
      await journal.flush();
      return json(200, {
        url: `${teamShape(urls, organization, team).url}/memberships/${user.login}`,
        role, state: 'active',
      });
    }),

    endpoint(sim, {
      method: 'DELETE', path: membership, docs: 'teams/members#remove-team-membership-for-a-user',
    }, async (request, viewer) => {
      const organization = ownOrganization(sim, viewer, request.params);
      const { slug, organization_id, team } = teamIn(organization, request.params);
      const user = userNamed(request.params);
      if (!team.members.has(user.id)) throw notFound();
      await journal.commit('team_member_removed', { organization_id, slug, user_id: user.id });
      return noContent();
    }),

    endpoint(sim, {
      method: 'PUT', path: grant,
      docs: 'teams/teams#add-or-update-team-repository-permissions',
    }, async (request, viewer) => {
      const organization = ownOrganization(sim, viewer, request.params);
      const { slug, organization_id, team } = teamIn(organization, request.params);
      const repository = granted(organization, viewer, request.params);
      const permission = permissionNamed((await request.jsonObject()).permission ?? 'push');
      if (!permission) {
        throw validationFailed({ resource: 'Team', code: 'invalid', field: 'permission' });
      }
      const isNew = !team.repositories.has(repository.id);
      await commitAndTell(sim, () => {
        journal.append('team_repository_set',
                       { organization_id, slug, repository_id: repository.id, permission });
        if (!isNew) return;
        announce(sim, repository, viewer.user, 'team_add', {
          team: teamShape(urls, organization, team, permission),
        });
      });
      return noContent();
    }),

    endpoint(sim, {
      method: 'DELETE', path: grant, docs: 'teams/teams#remove-a-repository-from-a-team',
    }, async (request, viewer) => {
      const organization = ownOrganization(sim, viewer, request.params);
      const { slug, organization_id } = teamIn(organization, request.params);
      const repository = granted(organization, viewer, request.params);
      await journal.commit('team_repository_removed',
                           { organization_id, slug, repository_id: repository.id });
      return noContent();
    }),

    endpoint(sim, {
      method: 'GET', path: '/repos/:owner/:repo/teams', docs: 'repos/repos#list-repository-teams',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params, 'admin');
      const organization = state.organizations.findById(repository.owner_id);
      if (organization && !seesMembers(viewer, organization)) throw notFound();
      const teams = [...organization?.teams.values() ?? []]
        .filter((team) => team.repositories.has(repository.id));
      const { items, headers } = paginate(request, teams, urls.web);
      return json(200, items.map((team) => teamShape(
        urls, organization, team, team.repositories.get(repository.id))), headers);
    }),
  ];
}
