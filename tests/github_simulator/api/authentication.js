import { sha256Hex } from '../base/secrets.js';
import { HttpError } from '../http/errors.js';

/**
 * Who a request's token belongs to.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../http/request.js').Request} request
 * @returns {import('./endpoint.js').Viewer}
 */
export function authenticate(sim, request) {
  const header = request.header('authorization');
  if (header === '') throw new HttpError(401, 'Requires authentication');
  const [, value] = /^(?:bearer|token) +(\S+)$/i.exec(header) ?? [];
  const viewer = value && viewerOfToken(sim, value);
  if (!viewer) throw new HttpError(401, 'Bad credentials');
  return viewer;
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
