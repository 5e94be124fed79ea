/**
 * Who may do what to a repository: the highest of what owner, collaborator, team and organisation
 * grant.
 *
 * @typedef {import('./repositories.js').Permission} Permission
 * @typedef {import('./repositories.js').Repository} Repository
 * @typedef {import('./state.js').State} State
 */

export const PERMISSIONS = /** @type {const} */ (['pull', 'triage', 'push', 'maintain', 'admin']);

/** What an organisation's base permission is as a permission on a repository. */
const BASE = { read: 'pull', write: 'push', admin: 'admin', none: null };

/** Roles, as GitHub calls what is a permission elsewhere. @type {Record<Permission, string>} */
const ROLES = { pull: 'read', triage: 'triage', push: 'write', maintain: 'maintain',
                admin: 'admin' };

/**
 * @param {State} state
 * @param {Repository} repository
 * @param {import('./users.js').User | null} user null: nobody is signed in
 * @returns {Permission | null} null: the repository is not to be seen
 */
export function permissionOf(state, repository, user) {
  const granted = user ? grantedPermission(state, repository, user.id) : null;
  return granted ?? (repository.private ? null : 'pull');
}

/**
 * Leaves out that everybody may read what is public.
 * @param {State} state
 * @param {Repository} repository
 * @param {number} userId
 * @returns {Permission | null}
 */
export function grantedPermission(state, repository, userId) {
  if (userId === repository.owner_id) return 'admin';
  return highest([repository.collaborators.get(userId) ?? null,
                  organizationPermission(state, repository, userId)]);
}

/**
 * What somebody may do by being in the organisation that owns the repository.
 * @param {State} state
 * @param {Repository} repository
 * @param {number} userId
 * @returns {Permission | null}
 */
export function organizationPermission(state, repository, userId) {
  const organization = state.organizations.findById(repository.owner_id);
  const role = organization?.members.get(userId);
  if (!organization || !role) return null;
  if (role === 'admin') return 'admin';
  const held = [BASE[organization.default_repository_permission]];
  for (const team of organization.teams.values()) {
    if (team.members.has(userId)) held.push(team.repositories.get(repository.id) ?? null);
  }
  return highest(held);
}

/**
 * Everybody with a grant on a repository, in the order of their ids.
 * @param {State} state
 * @param {Repository} repository
 * @param {'all' | 'direct' | 'outside'} affiliation direct: the owner and those named on the
 *   repository itself; outside: those of them who are not in its organisation
 * @returns {{user: import('./users.js').User, permission: Permission}[]}
 */
export function collaboratorsOf(state, repository, affiliation) {
  const organization = state.organizations.findById(repository.owner_id);
  const ids = new Set(repository.collaborators.keys());
  if (!organization && affiliation !== 'outside') ids.add(repository.owner_id);
  for (const id of organization?.members.keys() ?? []) {
    if (affiliation === 'all') ids.add(id);
    if (affiliation === 'outside') ids.delete(id);
  }
  const found = [];
  for (const id of [...ids].sort((a, b) => a - b)) {
    const permission = grantedPermission(state, repository, id);
    if (permission) found.push({ user: state.users.get(id), permission });
  }
  return found;
}

/**
 * Who answers for a repository: its owner, or the first owner of its organisation.
 * @param {State} state
 * @param {Repository} repository
 * @returns {import('./users.js').User}
 */
export function ownerOf(state, repository) {
  const organization = state.organizations.findById(repository.owner_id);
  if (!organization) return state.users.get(repository.owner_id);
  const [id] = [...organization.members].find(([, role]) => role === 'admin') ?? [];
  if (!id) throw new Error(`organization ${organization.login} has no owner`);
  return state.users.get(id);
}

/**
 * @param {Permission | null} held
 * @param {Permission} needed
 */
export function allows(held, needed) {
  return held !== null && PERMISSIONS.indexOf(held) >= PERMISSIONS.indexOf(needed);
}

/** @param {Permission} permission */
export function roleOf(permission) {
  return ROLES[permission];
}

/**
 * The permission that a text means, be it `push` or `write`.
 * @param {unknown} text
 * @returns {Permission | null}
 */
export function permissionNamed(text) {
  return PERMISSIONS.find((permission) => permission === text || ROLES[permission] === text) ?? null;
}

/** @param {Permission | null} held */
export function permissionFlags(held) {
  return Object.fromEntries([...PERMISSIONS].reverse().map((name) => [name, allows(held, name)]));
}

function highest(held) {
  return held.reduce((best, one) => (one && (!best || allows(one, best)) ? one : best), null);
}
