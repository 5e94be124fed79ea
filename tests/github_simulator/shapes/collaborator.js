import { isoSeconds } from '../base/clock.js';
import { permissionFlags, roleOf } from '../state/permissions.js';
import { minimalRepository } from './repository.js';
import { nodeId } from './urls.js';
import { simpleUser } from './user.js';

/** The permission endpoint knows four, for whatever role. */
const COARSE = { pull: 'read', triage: 'read', push: 'write', maintain: 'write', admin: 'admin' };

/**
 * "collaborator".
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/users.js').User} user
 * @param {import('../state/repositories.js').Permission | null} permission
 */
export function collaboratorShape(urls, user, permission) {
  return {
    ...simpleUser(urls, user),
    permissions: permissionFlags(permission),
    role_name: permission ? roleOf(permission) : 'none',
  };
}

/** "repository-collaborator-permission". Parameters as of `collaboratorShape`. */
export function collaboratorPermission(urls, user, permission) {
  const collaborator = collaboratorShape(urls, user, permission);
  return {
    permission: permission ? COARSE[permission] : 'none',
    user: collaborator,
    role_name: collaborator.role_name,
  };
}

/**
 * "repository-invitation".
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/repositories.js').Repository} repository
 * @param {object} what
 * @param {number} what.id
 * @param {import('../state/users.js').User} what.invitee
 * @param {import('../state/users.js').User} what.inviter
 * @param {import('../state/repositories.js').Permission} what.permission
 * @param {number} what.at ms
 */
export function invitation(urls, state, repository, { id, invitee, inviter, permission, at }) {
  return {
    id,
    node_id: nodeId('RepositoryInvitation', id),
    repository: minimalRepository(urls, state, repository),
    invitee: simpleUser(urls, invitee),
    inviter: simpleUser(urls, inviter),
    permissions: roleOf(permission),
    created_at: isoSeconds(at),
    expired: false,
    url: `${urls.api}/user/repository_invitations/${id}`,
    html_url: `${urls.repository(repository)}/invitations`,
  };
}
