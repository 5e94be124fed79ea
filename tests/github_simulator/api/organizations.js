import { commitAndTell } from '../events/announce.js';
import { announceMember } from '../events/collaborators.js';
import { json, noContent } from '../http/answer.js';
import { HttpError, notFound, validationFailed } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { fullOrganization, membershipShape, simpleOrganization } from '../shapes/organization.js';
import { simpleUser } from '../shapes/user.js';
import { BASE_PERMISSIONS } from '../state/organizations.js';
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

function isLastOwner({ members }, user) {
  const owners = [...members].filter(([, role]) => role === 'admin');
  return owners.length === 1 && owners[0][0] === user.id;
}

/** @param {import('../simulator.js').Simulator} sim */
export function organizationRoutes(sim) {
  const { state, urls, journal } = sim;
  const membership = '/orgs/:org/memberships/:username';
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
      method: 'PATCH', path: '/orgs/:org', docs: 'orgs/orgs#update-an-organization',
    }, async (request, viewer) => {
      const organization = ownOrganization(sim, viewer, request.params);
      const body = await request.jsonObject();
      const changes = {
        name: body.name ?? organization.name,
        default_repository_permission: body.default_repository_permission ??
                                       organization.default_repository_permission,
      };
      if (!BASE_PERMISSIONS.includes(changes.default_repository_permission)) {
        throw validationFailed({ resource: 'Organization', code: 'invalid',
                                 field: 'default_repository_permission' });
      }
      await journal.commit('organization_changed', { organization_id: organization.id, changes });
      return json(200, fullOrganization(urls, state, organization, true));
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
      method: 'GET', path: membership,
      docs: 'orgs/members#get-organization-membership-for-a-user',
    }, async (request, viewer) => {
      const organization = organizationOf(sim, request.params);
      const user = state.users.find(request.params.username);
      const role = user && organization.members.get(user.id);
      if (!role || !seesMembers(viewer, organization)) throw notFound();
      return json(200, membershipShape(urls, organization, user, role));
    }),

    endpoint(sim, {
      method: 'PUT', path: membership,
      docs: 'orgs/members#set-organization-membership-for-a-user',
    }, async (request, viewer) => {
      const organization = ownOrganization(sim, viewer, request.params);
      const user = state.users.find(request.params.username);
      if (!user) throw notFound();
      const role = (await request.jsonObject()).role ?? 'member';
      if (role !== 'admin' && role !== 'member') {
        throw validationFailed({ resource: 'Membership', code: 'invalid', field: 'role' });
      }
      if (role === 'member' && isLastOwner(organization, user)) {
        throw new HttpError(403, 'An organization must have an owner.');
      }
      // Whoever is invited accepts at once.
      await journal.commit('membership_set',
                           { organization_id: organization.id, user_id: user.id, role });
      return json(200, membershipShape(urls, organization, user, role));
    }),

    endpoint(sim, {
      method: 'DELETE', path: '/orgs/:org/members/:username',
      docs: 'orgs/members#remove-an-organization-member',
    }, async (request, viewer) => {
      const organization = ownOrganization(sim, viewer, request.params);
      const user = state.users.find(request.params.username);
      if (!user || !organization.members.has(user.id)) throw notFound();
      if (isLastOwner(organization, user)) {
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
