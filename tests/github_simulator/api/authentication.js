import { sha256Hex } from '../base/secrets.js';
import { HttpError } from '../http/errors.js';

/**
 * Who a request's token belongs to.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../http/request.js').Request} request
 * @returns {import('./endpoint.js').Viewer}
 */
export function authenticate(sim, request) {
  if (request.header('authorization') === '') throw new HttpError(401, 'Requires authentication');
  const viewer = viewerOfAuthorization(sim, request);
  if (!viewer) throw new HttpError(401, 'Bad credentials');
  if (viewer.user.suspended) throw new HttpError(403, 'Sorry. Your account was suspended.');
  return viewer;
}

/**
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../http/request.js').Request} request
 * @returns {import('./endpoint.js').Viewer | null} null: it has no token that is good
 */
export function viewerOfAuthorization(sim, request) {
  const [, value] = /^(?:bearer|token) +(\S+)$/i.exec(request.header('authorization')) ?? [];
  return value ? viewerOfToken(sim, value) : null;
}

/**
 * @param {import('../simulator.js').Simulator} sim
 * @param {string} value
 * @returns {import('./endpoint.js').Viewer | null}
 */
export function viewerOfToken({ state }, value) {
  const token = state.oauth.token(sha256Hex(value));
  return token ? { user: state.users.get(token.user_id), scopes: token.scopes } : null;
}
