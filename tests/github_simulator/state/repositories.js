/**
 * @typedef {'pull' | 'triage' | 'push' | 'maintain' | 'admin'} Permission
 *
 * @typedef {object} Repository
 * @property {number} id
 * @property {number} owner_id of a user or an organisation
 * @property {string} owner
 * @property {string} name
 * @property {string} folder of its git data, below the folder of all; never changes
 * @property {string} description
 * @property {string | null} homepage
 * @property {boolean} private
 * @property {string} default_branch
 * @property {boolean} push_without_password
 * @property {number} [parent_id] what it was forked from, which may be gone
 * @property {number} [source_id] the root of its network of forks
 * @property {Map<number, Permission>} collaborators by user id
 * @property {number} created_at ms
 * @property {number} updated_at ms
 * @property {number} pushed_at ms
 * @property {Map<string, string>} refs The refs as of the last recorded push, full name to id: the
 *   difference to what git holds is what still has to be announced.
 */

export class Repositories {
  /** @type {Map<number, Repository>} */
  #byId = new Map();
  /** @type {Map<string, Repository>} */
  #byName = new Map();
  /**
   * Names that repositories had, to ids; until another has the name.
   * @type {Map<string, number>}
   */
  #formerNames = new Map();
  #lastId = 900_000_000;

  handlers = {
    repository_created: ({ repository, refs }, state) => {
      const { owner, name, created_at: createdAt } = repository;
      const stored = {
        // Repositories of journals from before they could be renamed: named folders.
        folder: `${owner}/${name}`,
        updated_at: createdAt,
        homepage: null,
        ...repository,
        collaborators: collaboratorsById(repository.collaborators, state),
        refs: new Map(Object.entries(refs)),
      };
      this.#byId.set(stored.id, stored);
      this.#byName.set(key(owner, name), stored);
      this.#formerNames.delete(key(owner, name));
      this.#lastId = Math.max(this.#lastId, stored.id);
    },
    repository_changed: ({ at, repository_id, changes }) => {
      const repository = this.get(repository_id);
      this.#moveTo(repository, changes.owner ?? repository.owner, changes.name ?? repository.name);
      Object.assign(repository, changes, { updated_at: at });
    },
    user_changed: ({ user_id, changes }) => {
      if (changes.login === undefined) return;
      for (const repository of this.ownedBy(user_id)) {
        this.#moveTo(repository, changes.login, repository.name);
        repository.owner = changes.login;
      }
    },
    repository_deleted: ({ repository_id }) => {
      const { owner, name } = this.get(repository_id);
      this.#byName.delete(key(owner, name));
      this.#byId.delete(repository_id);
    },
    pushed: ({ at, repository_id, ref, after, deleted }) => {
      const repository = this.get(repository_id);
      if (deleted) repository.refs.delete(ref);
      else repository.refs.set(ref, after);
      repository.pushed_at = repository.updated_at = at;
    },
    collaborator_set: ({ repository_id, user_id, permission }) => {
      this.get(repository_id).collaborators.set(user_id, permission);
    },
    collaborator_removed: ({ repository_id, user_id }) => {
      this.get(repository_id).collaborators.delete(user_id);
    },
    membership_ended: ({ organization_id, user_id }) => {
      for (const repository of this.ownedBy(organization_id)) {
        repository.collaborators.delete(user_id);
      }
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

  /**
   * The repository that had this name before it was renamed or transferred.
   * @param {string} owner
   * @param {string} name
   * @returns {Repository | undefined}
   */
  findMoved(owner, name) {
    const id = this.#formerNames.get(key(owner, name));
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** @param {number} accountId */
  ownedBy(accountId) {
    return this.all().filter((repository) => repository.owner_id === accountId);
  }

  #moveTo(repository, owner, name) {
    const [before, after] = [key(repository.owner, repository.name), key(owner, name)];
    if (before === after) return;
    this.#byName.delete(before);
    this.#formerNames.set(before, repository.id);
    this.#byName.set(after, repository);
    this.#formerNames.delete(after);
  }
}

/** Old journals name collaborators by login. */
function collaboratorsById(byLogin, state) {
  return new Map(Object.entries(byLogin ?? {}).map(
    ([login, permission]) => [state.users.find(login).id, permission]));
}

function key(owner, name) {
  return `${owner}/${name}`.toLowerCase();
}
