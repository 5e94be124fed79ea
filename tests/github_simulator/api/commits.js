import { json } from '../http/answer.js';
import { HttpError } from '../http/errors.js';
import { commitShape } from '../shapes/commit.js';
import { repositoryOf } from './access.js';
import { endpoint } from './endpoint.js';

/**
 * The id of the commit that a path's `ref` means.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../state/repositories.js').Repository} repository
 * @param {string} ref
 */
export async function resolveCommit({ storage }, repository, ref) {
  const sha = await storage.open(repository).resolve(ref);
  if (!sha) throw new HttpError(422, `No commit found for SHA: ${ref}`);
  return sha;
}

/** @param {import('../simulator.js').Simulator} sim */
export function commitRoutes(sim) {
  const { state, urls, storage } = sim;
  return [
    endpoint(sim, {
      method: 'GET', path: '/repos/:owner/:repo/commits/*ref', docs: 'commits/commits#get-a-commit',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params);
      const sha = await resolveCommit(sim, repository, request.params.ref);
      const git = storage.open(repository);
      const [[commit], files] = await Promise.all([git.commits([sha]), git.fileChanges(sha)]);
      return json(200, commitShape(urls, state, repository, commit, files));
    }),
  ];
}
