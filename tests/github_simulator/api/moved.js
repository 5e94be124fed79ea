import { json } from '../http/answer.js';
import { notFound } from '../http/errors.js';
import { isVisible } from './access.js';

const BASE = '/repos/:owner/:repo';

/**
 * The address by number of what is below a repository: it outlives every name.
 * @param {string} path of a route
 * @returns {string[]}
 */
export function byId(path) {
  if (path !== BASE && !path.startsWith(`${BASE}/`)) return [];
  return [`/api/v3/repositories/:repository_id${path.slice(BASE.length)}`];
}

/**
 * Finds the repository that a request is about. One asked for by number gets its name into
 * `params`; one asked for by a former name is answered with its number, as GitHub does.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../http/request.js').Request} request
 * @param {import('./endpoint.js').Viewer} viewer
 * @returns {import('../http/answer.js').Answer | null} null: the request can be served
 */
export function redirection({ state, urls }, request, viewer) {
  const { params } = request;
  if (params.repository_id !== undefined) {
    const found = state.repositories.findById(Number(params.repository_id));
    if (!found) throw notFound();
    Object.assign(params, { owner: found.owner, repo: found.name });
    return null;
  }
  if (!request.path.startsWith('/api/v3/repos/') || params.repo === undefined) return null;
  const rest = request.path.split('/').slice(6).map((part) => `/${part}`).join('');
  const repository = state.repositories.find(params.owner, params.repo);
  if (repository) {
    request.linkPath = `/api/v3/repositories/${repository.id}${rest}`;
    return null;
  }
  const moved = state.repositories.findMoved(params.owner, params.repo);
  if (!moved || !isVisible(state, viewer, moved)) return null;
  const query = request.target.slice(request.path.length);
  const url = `${urls.api}/repositories/${moved.id}${rest}${query}`;
  return json(request.method === 'GET' || request.method === 'HEAD' ? 301 : 307, {
    message: 'Moved Permanently', url,
    documentation_url: 'https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api',
  }, { location: url });
}
