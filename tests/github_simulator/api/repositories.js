import { json } from '../http/answer.js';
import { notFound } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { repositoryFor } from '../shapes/repository.js';
import { repositoryOf } from './access.js';
import { endpoint } from './endpoint.js';

/** @param {import('../simulator.js').Simulator} sim */
export function repositoryRoutes(sim) {
  const { state, urls } = sim;
  return [
    endpoint(sim, {
      method: 'GET', path: '/user/repos',
      docs: 'repos/repos#list-repositories-for-the-authenticated-user',
    }, async (request, { user, scopes }) => {
      const mine = state.repositories.all().filter(
        (repo) => (repo.owner_id === user.id || user.login.toLowerCase() in repo.collaborators) &&
                  (!repo.private || scopes.includes('repo')));
      const name = ({ owner, name }) => `${owner}/${name}`.toLowerCase();
      mine.sort((a, b) => (name(a) < name(b) ? -1 : 1));
      const { items, headers } = paginate(request, mine, urls.web);
      const viewer = user;
      return json(200, items.map((repo) => repositoryFor(urls, state, repo, viewer)), headers);
    }),

    endpoint(sim, {
      method: 'GET', path: '/repos/:owner/:repo', docs: 'repos/repos#get-a-repository',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params);
      return json(200, repositoryFor(urls, state, repository, viewer.user));
    }),

    endpoint(sim, {
      method: 'GET', path: '/repositories/:id', docs: 'repos/repos#get-a-repository',
    }, async (request, viewer) => {
      const found = state.repositories.findById(Number(request.params.id));
      if (!found) throw notFound();
      const repository = repositoryOf(sim, viewer, { owner: found.owner, repo: found.name });
      return json(200, repositoryFor(urls, state, repository, viewer.user));
    }),
  ];
}
