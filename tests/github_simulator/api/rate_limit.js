import { json } from '../http/answer.js';
import { HttpError } from '../http/errors.js';
import { rateLimitHeaders, rateLimitOverview } from '../shapes/rate_limit.js';
import { endpoint } from './endpoint.js';

/**
 * Refuses whoever has used up their requests, or is to wait for another reason.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('./endpoint.js').Viewer} viewer
 */
export function admit({ state, clock }, { user }) {
  const now = clock.now();
  const limit = state.rateLimits.of(user.id, now);
  if (limit.secondary) {
    throw new HttpError(limit.secondary.status, 'You have exceeded a secondary rate limit. Please ' +
                        'wait a few minutes before you try again.', {
      headers: { 'retry-after': String(Math.ceil((limit.secondary.until - now) / 1000)) },
    });
  }
  if (limit.used >= limit.limit) {
    throw new HttpError(403, `API rate limit exceeded for user ID ${user.id}.`);
  }
}

/**
 * Counts a request, unless it found nothing new, and tells what is left.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {number} status of the answer
 * @returns {Record<string, string>} headers
 */
export function account({ state, clock }, { user }, status) {
  const now = clock.now();
  if (status !== 304) state.rateLimits.count(user.id, now);
  return rateLimitHeaders(state.rateLimits.of(user.id, now));
}

/** @param {import('../simulator.js').Simulator} sim */
export function rateLimitRoutes(sim) {
  const { state, clock } = sim;
  return [
    endpoint(sim, {
      method: 'GET', path: '/rate_limit', unlimited: true,
      docs: 'rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user',
    }, async (_request, { user }) =>
      json(200, rateLimitOverview(state.rateLimits.of(user.id, clock.now())))),
  ];
}
