/**
 * @typedef {'pull' | 'triage' | 'push' | 'maintain' | 'admin'} Permission
 *
 * @typedef {object} Repository
 * @property {number} id
 * @property {number} owner_id
 * @property {string} owner
 * @property {string} name
 * @property {string} description
 * @property {boolean} private
 * @property {string} default_branch
 * @property {boolean} push_without_password
 * @property {Record<string, Permission>} collaborators by lower-case login
 * @property {number} created_at ms
 * @property {number} pushed_at ms
 * @property {Map<string, string>} refs The refs as of the last recorded push, full name to id: the
 *   difference to what git holds is what still has to be announced.
 */

export const PERMISSIONS = /** @type {const} */ (['pull', 'triage', 'push', 'maintain', 'admin']);

export class Repositories {
  /** @type {Map<number, Repository>} */
  #byId = new Map();
  #byName = new Map();
  #lastId = 900_000_000;

  handlers = {
    repository_created: ({ repository, refs }) => {
      const stored = { ...repository, refs: new Map(Object.entries(refs)) };
      this.#byId.set(stored.id, stored);
      this.#byName.set(key(stored.owner, stored.name), stored);
      this.#lastId = Math.max(this.#lastId, stored.id);
    },
    pushed: ({ at, repository_id, ref, after, deleted }) => {
      const repository = this.get(repository_id);
      if (deleted) repository.refs.delete(ref);
      else repository.refs.set(ref, after);
      repository.pushed_at = at;
    },
  };

  nextId() {
    return this.#lastId + 1;
  }

  all() {
    return [...this.#byId.values()];
  }

  /** @param {number} id @returns {Repository} */
  get(id) {
    const repository = this.#byId.get(id);
    if (!repository) throw new Error(`no repository ${id}`);
    return repository;
  }

  /** @param {number} id */
  findById(id) {
    return this.#byId.get(id);
  }

  /** @param {string} owner @param {string} name @returns {Repository | undefined} */
  find(owner, name) {
    return this.#byName.get(key(owner, name));
  }
}

/**
 * @param {Repository} repository
 * @param {import('./users.js').User | null} user
 * @returns {Permission | null}
 */
export function permissionOf(repository, user) {
  if (user?.id === repository.owner_id) return 'admin';
  const granted = user && repository.collaborators[user.login.toLowerCase()];
  return granted || (repository.private ? null : 'pull');
}

/**
 * @param {Permission | null} held
 * @param {Permission} needed
 */
export function allows(held, needed) {
  return held !== null && PERMISSIONS.indexOf(held) >= PERMISSIONS.indexOf(needed);
}

function key(owner, name) {
  return `${owner}/${name}`.toLowerCase();
}
