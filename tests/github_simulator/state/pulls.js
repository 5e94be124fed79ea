/**
 * @typedef {object} Pull a pull request
 * @property {number} id
 * @property {number} number within its repository
 * @property {number} repository_id where it is to be merged
 * @property {string} title
 * @property {string | null} body
 * @property {number} user_id
 * @property {'open' | 'closed'} state
 * @property {boolean} draft
 * @property {string} base_ref branch
 * @property {string} base_sha
 * @property {number} head_repository_id of a repository that may have been deleted since
 * @property {number} head_owner_id
 * @property {string} head_ref branch
 * @property {string} head_sha
 * @property {number} created_at ms
 * @property {number} updated_at ms
 * @property {number | null} closed_at ms
 * @property {number | null} merged_at ms
 */

export class Pulls {
  /** @type {Map<number, Pull>} */
  #pulls = new Map();
  #lastId = 2_000_000_000;

  handlers = {
    pull_created: ({ pull }) => {
      this.#pulls.set(pull.id, { ...pull });
      this.#lastId = Math.max(this.#lastId, pull.id);
    },
    pull_changed: ({ at, pull_id, changes }) => {
      Object.assign(this.#pulls.get(pull_id) ?? {}, changes, { updated_at: at });
    },
    repository_deleted: ({ repository_id }) => {
      for (const { id } of this.of(repository_id)) this.#pulls.delete(id);
    },
  };

  nextId() {
    return this.#lastId + 1;
  }

  /** @param {number} repositoryId oldest first */
  of(repositoryId) {
    return [...this.#pulls.values()].filter((pull) => pull.repository_id === repositoryId);
  }

  /** @param {number} repositoryId @param {number} number */
  find(repositoryId, number) {
    return this.of(repositoryId).find((pull) => pull.number === number);
  }

  /** @param {number} repositoryId */
  nextNumber(repositoryId) {
    return Math.max(0, ...this.of(repositoryId).map(({ number }) => number)) + 1;
  }

  /** Open ones whose head is this branch. @param {number} repositoryId @param {string} branch */
  openFrom(repositoryId, branch) {
    return [...this.#pulls.values()].filter((pull) => pull.state === 'open' &&
      pull.head_repository_id === repositoryId && pull.head_ref === branch);
  }

  /** Open ones that are to be merged there. @param {number} repositoryId @param {string} branch */
  openInto(repositoryId, branch) {
    return this.of(repositoryId).filter(
      (pull) => pull.state === 'open' && pull.base_ref === branch);
  }
}
