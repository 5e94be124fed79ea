import { notFound } from '../http/errors.js';
import { allows, permissionOf } from '../state/repositories.js';

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
  if (!repository || !allows(permissionOf(repository, viewer.user), needed)) throw notFound();
  if (repository.private && !viewer.scopes.includes('repo')) throw notFound();
  return repository;
}
