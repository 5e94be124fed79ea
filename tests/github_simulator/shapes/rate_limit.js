/** @typedef {import('../state/rate_limits.js').Limit} Limit */

/**
 * "rate-limit".
 * @param {Limit} limit
 */
export function rateLimit({ limit, used, reset_at: resetAt }) {
  return { limit, used, remaining: limit - used, reset: Math.ceil(resetAt / 1000) };
}

/**
 * "rate-limit-overview".
 * @param {Limit} limit
 */
export function rateLimitOverview(limit) {
  const core = rateLimit(limit);
  const unused = (most) => ({ limit: most, used: 0, remaining: most, reset: core.reset });
  return { resources: { core, search: unused(30), graphql: unused(5000) }, rate: core };
}

/**
 * @param {Limit} limit
 * @returns {Record<string, string>}
 */
export function rateLimitHeaders(limit) {
  const named = Object.entries(rateLimit(limit)).map(
    ([name, value]) => [`x-ratelimit-${name}`, String(value)]);
  return { ...Object.fromEntries(named), 'x-ratelimit-resource': 'core' };
}
