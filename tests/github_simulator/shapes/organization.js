import { isoSeconds } from '../base/clock.js';
import { nodeId } from './urls.js';
import { simpleUser } from './user.js';

/**
 * "organization-simple".
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/organizations.js').Organization} organization
 */
export function simpleOrganization(urls, { id, login }) {
  const url = `${urls.api}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${urls.web}/avatars/u/${id}`,
    description: null,
  };
}

/**
 * "organization-full".
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/organizations.js').Organization} organization
 * @param {boolean} asOwner what only its owners see, too
 */
export function fullOrganization(urls, state, organization, asOwner) {
  const repositories = state.repositories.ownedBy(organization.id);
  const privates = repositories.filter((repository) => repository.private).length;
  return {
    ...simpleOrganization(urls, organization),
    name: organization.name,
    is_verified: false,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: repositories.length - privates,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${urls.web}/${organization.login}`,
    created_at: isoSeconds(organization.created_at),
    updated_at: isoSeconds(organization.created_at),
    archived_at: null,
    type: 'Organization',
    ...(asOwner && {
      total_private_repos: privates,
      owned_private_repos: privates,
      default_repository_permission: organization.default_repository_permission,
    }),
  };
}

/**
 * "org-membership".
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/organizations.js').Organization} organization
 * @param {import('../state/users.js').User} user
 * @param {'admin' | 'member'} role
 */
export function membershipShape(urls, organization, user, role) {
  const { url } = simpleOrganization(urls, organization);
  return {
    url: `${url}/memberships/${user.login}`,
    state: 'active',
    role,
    organization_url: url,
    organization: simpleOrganization(urls, organization),
    user: simpleUser(urls, user),
    direct_membership: true,
  };
}
