const LIMIT = 5000; // GitHub's, for a user
const WINDOW_MS = 60 * 60 * 1000;

/**
 * @typedef {object} Limit of one user
 * @property {number} limit requests in a window
 * @property {number} used of them
 * @property {number} reset_at ms, when the window ends
 * @property {{status: 403 | 429, until: number} | null} secondary nothing is served until then
 */

/**
 * Rate limits. What is set is in the journal; what is used is not, so that a restart begins anew
 * with what was set last.
 */
export class RateLimits {
  /** @type {Map<number, Limit>} */
  #limits = new Map();

  handlers = {
    rate_limit_set: ({ user_id, limit, remaining, reset_at, secondary }) => {
      this.#limits.set(user_id, { limit, used: limit - remaining, reset_at, secondary });
    },
  };

  /**
   * @param {number} userId
   * @param {number} now ms
   * @returns {Limit}
   */
  of(userId, now) {
    let limit = this.#limits.get(userId);
    if (!limit) {
      limit = { limit: LIMIT, used: 0, reset_at: now + WINDOW_MS, secondary: null };
      this.#limits.set(userId, limit);
    }
    if (limit.reset_at <= now) Object.assign(limit, { used: 0, reset_at: now + WINDOW_MS });
    if (limit.secondary && limit.secondary.until <= now) limit.secondary = null;
    return limit;
  }

  /** @param {number} userId @param {number} now ms */
  count(userId, now) {
    const limit = this.of(userId, now);
    limit.used = Math.min(limit.limit, limit.used + 1);
  }
}
