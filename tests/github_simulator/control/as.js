import { notFound } from '../http/errors.js';
import { Router } from '../http/router.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** What somebody who is signed in on the web may do has no limits but their own. */
const SCOPES = ['repo', 'admin:org', 'admin:repo_hook', 'user', 'delete_repo'];

/**
 * `/_simulator/as/LOGIN/...`: the REST API's routes for whatever people do on GitHub's pages,
 * without token, scopes and rate limit.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../http/router.js').Route[]} apiRoutes
 * @returns {import('../http/router.js').Route[]}
 */
export function asRoutes({ state }, apiRoutes) {
  const router = new Router(apiRoutes);
  return METHODS.map((method) => ({
    method, path: '/as/:login/*rest',
    async handler(request) {
      const user = state.users.find(request.params.login);
      if (!user) throw notFound();
      const prefix = request.path.split('/').slice(0, 4).join('/');
      request.continueAs({ user, scopes: SCOPES, isBrowser: true }, prefix, '/api/v3');
      const match = router.match(method, request.path);
      if (!match) throw notFound();
      request.params = match.params;
      return match.route.handler(request);
    },
  }));
}
