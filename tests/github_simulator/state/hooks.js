/**
 * @typedef {object} Hook
 * @property {number} id
 * @property {number} repository_id
 * @property {boolean} active
 * @property {string[]} events
 * @property {{url: string, content_type: 'json' | 'form', insecure_ssl: '0' | '1',
 *             secret?: string}} config
 * @property {number} created_at ms
 * @property {number} updated_at ms
 */

export class Hooks {
  /** @type {Map<number, Hook>} */
  #hooks = new Map();
  /**
   * Gone with their repositories, but for what they are still to be told.
   * @type {Map<number, Hook>}
   */
  #retired = new Map();
  #lastId = 500_000_000;

  handlers = {
    hook_created: ({ hook }) => {
      this.#hooks.set(hook.id, hook);
      this.#lastId = Math.max(this.#lastId, hook.id);
    },
    hook_updated: ({ hook }) => this.#hooks.set(hook.id, hook),
    hook_deleted: ({ hook_id }) => this.#hooks.delete(hook_id),
    repository_deleted: ({ repository_id }) => {
      for (const hook of this.of(repository_id)) {
        this.#hooks.delete(hook.id);
        this.#retired.set(hook.id, hook);
      }
    },
  };

  nextId() {
    return this.#lastId + 1;
  }

  /** @param {number} id */
  find(id) {
    return this.#hooks.get(id);
  }

  /** @param {number} id also of a hook whose repository has been deleted */
  findForDelivery(id) {
    return this.#hooks.get(id) ?? this.#retired.get(id);
  }

  /** @param {number} repositoryId oldest first */
  of(repositoryId) {
    return [...this.#hooks.values()].filter((hook) => hook.repository_id === repositoryId);
  }

  /** @param {number} repositoryId @param {string} event */
  listeningTo(repositoryId, event) {
    return this.of(repositoryId).filter(
      (hook) => hook.active && (hook.events.includes(event) || hook.events.includes('*')));
  }
}
