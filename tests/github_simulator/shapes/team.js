import { permissionFlags } from '../state/permissions.js';
import { nodeId } from './urls.js';

/**
 * "team". On a repository, with what it may do there.
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/organizations.js').Organization} organization
 * @param {import('../state/organizations.js').Team} team
 * @param {import('../state/repositories.js').Permission} [permission]
 */
export function teamShape(urls, organization, team, permission) {
  const url = `${urls.api}/organizations/${organization.id}/team/${team.id}`;
  return {
    id: team.id,
    node_id: nodeId('Team', team.id),
    name: team.name,
    slug: team.slug,
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: permission ?? 'pull',
    ...(permission && { permissions: permissionFlags(permission) }),
    url,
    html_url: `${urls.web}/orgs/${organization.login}/teams/${team.slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    organization_id: organization.id,
    parent: null,
  };
}
