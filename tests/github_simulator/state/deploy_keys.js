/**
 * @typedef {object} DeployKey
 * @property {number} id
 * @property {number} repository_id
 * @property {string} title
 * @property {string} key type and data as in an authorized_keys file, without comment
 * @property {boolean} read_only
 * @property {number} added_by user id
 * @property {number} created_at ms
 * @property {number | null} last_used ms
 */

export class DeployKeys {
  /** @type {Map<number, DeployKey>} */
  #keys = new Map();
  #lastId = 110_000_000;

  handlers = {
    deploy_key_created: ({ deploy_key: key }) => {
      this.#keys.set(key.id, { ...key, last_used: null });
      this.#lastId = Math.max(this.#lastId, key.id);
    },
    deploy_key_deleted: ({ deploy_key_id }) => this.#keys.delete(deploy_key_id),
    repository_deleted: ({ repository_id }) => {
      for (const { id } of this.of(repository_id)) this.#keys.delete(id);
    },
    ssh_session: ({ at, deploy_key_id, granted }) => {
      const key = this.#keys.get(deploy_key_id);
      if (key && granted) key.last_used = at;
    },
  };

  nextId() {
    return this.#lastId + 1;
  }

  all() {
    return [...this.#keys.values()];
  }

  /** @param {number} id */
  find(id) {
    return this.#keys.get(id);
  }

  /** @param {number} repositoryId oldest first */
  of(repositoryId) {
    return this.all().filter((key) => key.repository_id === repositoryId);
  }

  /** @param {string} text a key serves one repository in the whole world */
  isInUse(text) {
    return this.all().some(({ key }) => key === text);
  }
}
