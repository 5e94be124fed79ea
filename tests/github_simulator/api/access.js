import { HttpError, notFound } from '../http/errors.js';
import { allows, permissionOf } from '../state/permissions.js';
import { hasScope } from './scopes.js';

/**
 * The repository that a path names, if the viewer holds the permission; else 404, as for one that
 * does not exist.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {Record<string, string>} params
 * @param {import('../state/repositories.js').Permission} needed
 */
export function repositoryOf({ state }, viewer, { owner, repo }, needed = 'pull') {
  const repository = state.repositories.find(owner, repo);
  if (!repository || !isVisible(state, viewer, repository)) throw notFound();
  if (!allows(permissionOf(state, repository, viewer.user), needed)) throw notFound();
  return repository;
}

/**
 * As `repositoryOf`, but whoever may see the repository is told that it is not enough.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {Record<string, string>} params
 * @param {import('../state/repositories.js').Permission} needed
 * @param {string} [refusal]
 */
export function repositoryWith(sim, viewer, params, needed,
                               refusal = 'Must have admin rights to Repository.') {
  const repository = repositoryOf(sim, viewer, params);
  if (!allows(permissionOf(sim.state, repository, viewer.user), needed)) {
    throw new HttpError(403, refusal);
  }
  return repository;
}

/**
 * @param {import('../state/state.js').State} state
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {import('../state/repositories.js').Repository} repository
 */
export function isVisible(state, viewer, repository) {
  if (repository.private && !hasScope(viewer, 'repo')) return false;
  return permissionOf(state, repository, viewer.user) !== null;
}
