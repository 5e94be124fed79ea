import { commitAndTell } from '../events/announce.js';
import { announceMember } from '../events/collaborators.js';
import { json, noContent } from '../http/answer.js';
import { HttpError, notFound } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { fullOrganization, simpleOrganization } from '../shapes/organization.js';
import { simpleUser } from '../shapes/user.js';
import { isVisible } from './access.js';
import { endpoint } from './endpoint.js';
import { demandScope, hasScope } from './scopes.js';
import { listRepositories } from './repository_list.js';

/**
 * @param {import('../simulator.js').Simulator} sim
 * @param {Record<string, string>} params
 */
export function organizationOf({ state }, { org }) {
  const organization = state.organizations.find(org);
  if (!organization) throw notFound();
  return organization;
}

/**
 * For changes: the organisation, if the viewer is one of its owners.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {Record<string, string>} params
 */
export function ownOrganization(sim, viewer, params) {
  const organization = organizationOf(sim, params);
  if (!organization.members.has(viewer.user.id)) throw notFound();
  demandScope(viewer, 'admin:org');
  if (organization.members.get(viewer.user.id) !== 'admin') {
    throw new HttpError(403, 'You must be an owner of this organization.');
  }
  return organization;
}

/**
 * Whether a viewer may see who is in an organisation: memberships here are never public.
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {import('../state/organizations.js').Organization} organization
 */
export function seesMembers(viewer, organization) {
  return organization.members.has(viewer.user.id) && hasScope(viewer, 'read:org');
}

/** @param {import('../simulator.js').Simulator} sim */
export function organizationRoutes(sim) {
  const { state, urls, journal } = sim;
  return [
    endpoint(sim, {
      method: 'GET', path: '/user/orgs',
      docs: 'orgs/orgs#list-organizations-for-the-authenticated-user',
    }, async (request, viewer) => {
      demandScope(viewer, 'read:org', 'user');
      const { items, headers } =
        paginate(request, state.organizations.of(viewer.user.id), urls.web);
      return json(200, items.map((one) => simpleOrganization(urls, one)), headers);
    }),

    endpoint(sim, {
      method: 'GET', path: '/orgs/:org', docs: 'orgs/orgs#get-an-organization',
    }, async (request, viewer) => {
      const organization = organizationOf(sim, request.params);
      const asOwner = organization.members.get(viewer.user.id) === 'admin' &&
                      hasScope(viewer, 'read:org');
      return json(200, fullOrganization(urls, state, organization, asOwner));
    }),

    endpoint(sim, {
      method: 'GET', path: '/orgs/:org/repos', docs: 'repos/repos#list-organization-repositories',
    }, async (request, viewer) => {
      const visible = state.repositories.ownedBy(organizationOf(sim, request.params).id)
        .filter((repository) => isVisible(state, viewer, repository));
      return listRepositories(sim, request, viewer, visible, 'created');
    }),

    endpoint(sim, {
      method: 'GET', path: '/orgs/:org/members', docs: 'orgs/members#list-organization-members',
    }, async (request, viewer) => {
      const organization = organizationOf(sim, request.params);
      const wanted = request.query.get('role') ?? 'all';
      const members = seesMembers(viewer, organization)
        ? [...organization.members].filter(([, role]) => wanted === 'all' || role === wanted) : [];
      const { items, headers } = paginate(request, members, urls.web);
      return json(200, items.map(([id]) => simpleUser(urls, state.users.get(id))), headers);
    }),

    endpoint(sim, {
      method: 'DELETE', path: '/orgs/:org/members/:username',
      docs: 'orgs/members#remove-an-organization-member',
    }, async (request, viewer) => {
      const organization = ownOrganization(sim, viewer, request.params);
      const user = state.users.find(request.params.username);
      if (!user || !organization.members.has(user.id)) throw notFound();
      const owners = [...organization.members].filter(([, role]) => role === 'admin');
      if (owners.length === 1 && owners[0][0] === user.id) {
        throw new HttpError(403, 'Cannot remove the last owner of an organization.');
      }
      const direct = state.repositories.ownedBy(organization.id)
        .map((repository) => ({ repository, before: repository.collaborators.get(user.id) }));
      await commitAndTell(sim, () => {
        journal.append('membership_ended',
                       { organization_id: organization.id, user_id: user.id });
        for (const { repository, before } of direct) {
          announceMember(sim, repository, viewer.user, user, before, undefined);
        }
      });
      return noContent();
    }),
  ];
}
