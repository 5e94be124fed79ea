/**
 * @typedef {object} Status
 * @property {number} id
 * @property {string} sha
 * @property {'error' | 'failure' | 'pending' | 'success'} state
 * @property {string | null} description
 * @property {string | null} target_url
 * @property {string} context
 * @property {number} creator_id
 * @property {number} created_at ms
 */

export class Statuses {
  /** @type {Map<string, Status[]>} */
  #byCommit = new Map();
  #lastId = 30_000_000_000;

  handlers = {
    status_created: ({ repository_id, status }) => {
      const key = `${repository_id}/${status.sha}`;
      if (!this.#byCommit.has(key)) this.#byCommit.set(key, []);
      this.#byCommit.get(key)?.push(status);
      this.#lastId = Math.max(this.#lastId, status.id);
    },
  };

  nextId() {
    return this.#lastId + 1;
  }

  /** @param {number} repositoryId @param {string} sha newest first */
  of(repositoryId, sha) {
    return [...(this.#byCommit.get(`${repositoryId}/${sha}`) ?? [])].reverse();
  }

  /** @param {number} repositoryId @param {string} sha the newest of each context, newest first */
  latestOf(repositoryId, sha) {
    const seen = new Set();
    return this.of(repositoryId, sha).filter(
      ({ context }) => !seen.has(context) && seen.add(context));
  }
}

/**
 * GitHub's rule for many contexts.
 * @param {Status[]} latest
 * @returns {'failure' | 'pending' | 'success'}
 */
export function combinedState(latest) {
  if (latest.some(({ state }) => state === 'error' || state === 'failure')) return 'failure';
  if (latest.length === 0 || latest.some(({ state }) => state === 'pending')) return 'pending';
  return 'success';
}
