import { HttpError } from '../http/errors.js';

/**
 * What `PUT /_simulator/rate_limit` asks for.
 * @param {import('../state/state.js').State} state
 * @param {number} now ms
 * @param {Record<string, any>} given
 */
export function validLimit(state, now, { login, limit = 5000, remaining = limit,
                                         reset_in_s: resetIn = 3600, secondary = null }) {
  const user = state.users.find(String(login));
  if (!user) throw new HttpError(422, `there is no user ${login}`);
  for (const [name, value] of Object.entries({ limit, remaining, reset_in_s: resetIn })) {
    if (!isAmount(value)) throw new HttpError(422, `${name} must be a number, not below zero`);
  }
  return {
    user_id: user.id, limit, remaining: Math.min(limit, remaining),
    // Told in whole seconds, and kept to what is told.
    reset_at: Math.ceil(now / 1000 + resetIn) * 1000,
    secondary: secondary && validSecondary(now, secondary),
  };
}

function validSecondary(now, { status = 403, retry_after_s: seconds = 60 }) {
  if (status !== 403 && status !== 429) throw new HttpError(422, 'status must be 403 or 429');
  if (!isAmount(seconds)) throw new HttpError(422, 'retry_after_s must be a number');
  return { status, until: now + seconds * 1000 };
}

function isAmount(value) {
  return typeof value === 'number' && value >= 0 && value <= 1e6;
}
