import { announce, commitAndTell } from '../events/announce.js';
import { createRepository } from '../git/creation.js';
import { json } from '../http/answer.js';
import { HttpError, validationFailed } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { fullRepository, repositoryDetail, repositoryFor } from '../shapes/repository.js';
import { isVisible, repositoryOf } from './access.js';
import { endpoint } from './endpoint.js';
import { checkName, text } from './repository_validation.js';

/** @param {import('../simulator.js').Simulator} sim */
export function forkRoutes(sim) {
  const { state, urls, storage } = sim;
  const path = '/repos/:owner/:repo/forks';
  return [
    endpoint(sim, { method: 'GET', path, docs: 'repos/forks#list-forks' },
             async (request, viewer) => {
               const repository = repositoryOf(sim, viewer, request.params);
               const forks = state.repositories.all().filter(
                 (one) => one.parent_id === repository.id && isVisible(state, viewer, one));
               const { items, headers } = paginate(request, forks.reverse(), urls.web);
               return json(200, items.map(
                 (one) => repositoryFor(urls, state, one, viewer.user)), headers);
             }),

    endpoint(sim, {
      method: 'POST', path, scopes: ['repo', 'public_repo'], docs: 'repos/forks#create-a-fork',
    }, async (request, viewer) => {
      const parent = repositoryOf(sim, viewer, request.params);
      const body = await request.jsonObject();
      const owner = ownerOfFork(viewer.user, text('organization', body.organization));
      const existing = state.repositories.ownedBy(owner.id).find(
        ({ parent_id: id }) => id === parent.id);
      if (existing) return json(202, repositoryDetail(urls, state, existing, viewer.user));
      if (owner.id === parent.owner_id) {
        throw validationFailed({ resource: 'Repository', code: 'custom',
                                 message: 'You cannot fork your own repository' });
      }
      const name = text('name', body.name) ?? parent.name;
      checkName(sim, owner.login, name);
      const only = body.default_branch_only === true ? parent.default_branch : null;
      const fork = await createRepository(sim, {
        owner_id: owner.id, owner: owner.login, name, description: parent.description,
        private: parent.private, default_branch: parent.default_branch, parent_id: parent.id,
        source_id: parent.source_id ?? parent.id,
      }, async (repository) => {
        await storage.ensure(parent);
        await storage.copy(repository, storage.directory(parent), only);
      });
      await commitAndTell(sim, () => announce(sim, parent, viewer.user, 'fork', {
        forkee: fullRepository(urls, state, fork),
      }));
      return json(202, repositoryDetail(urls, state, fork, viewer.user));
    }),
  ];

  function ownerOfFork(user, login) {
    if (login === undefined) return user;
    const organization = state.organizations.find(login);
    if (!organization) {
      throw validationFailed({ resource: 'Fork', code: 'invalid', field: 'organization' });
    }
    if (!organization.members.has(user.id)) {
      throw new HttpError(403, `You do not have permission to create repositories in ${login}.`);
    }
    return organization;
  }
}
