import { announce, commitAndTell } from '../events/announce.js';
import { json, noContent } from '../http/answer.js';
import { HttpError } from '../http/errors.js';
import { minimalRepository, repositoryDetail } from '../shapes/repository.js';
import { repositoryWith } from './access.js';
import { endpoint } from './endpoint.js';
import { checkName, problem, text } from './repository_validation.js';
import { demandScope } from './scopes.js';
import { transfer } from './transfer.js';

const WRITE = ['repo', 'public_repo'];

/** @param {import('../simulator.js').Simulator} sim */
export function repositoryChangeRoutes(sim) {
  const { state, urls, journal, storage } = sim;
  const path = '/repos/:owner/:repo';
  return [
    endpoint(sim, {
      method: 'PATCH', path, scopes: WRITE, docs: 'repos/repos#update-a-repository',
    }, async (request, viewer) => {
      const repository = repositoryWith(sim, viewer, request.params, 'admin');
      const changes = changesOf(repository, await request.jsonObject());
      if (changes.default_branch) await storage.open(repository).setHead(changes.default_branch);
      const before = { ...repository };
      await commitAndTell(sim, () => {
        if (Object.keys(changes).length === 0) return;
        journal.append('repository_changed', { repository_id: repository.id, changes });
        announceChanges(sim, repository, viewer.user, before, changes);
      });
      return json(200, repositoryDetail(urls, state, repository, viewer.user));
    }),

    endpoint(sim, {
      method: 'POST', path: `${path}/transfer`, scopes: WRITE,
      docs: 'repos/repos#transfer-a-repository',
    }, async (request, viewer) => {
      const repository = repositoryWith(sim, viewer, request.params, 'admin');
      await transfer(sim, repository, viewer.user, await request.jsonObject());
      return json(202, minimalRepository(urls, state, repository));
    }),

    endpoint(sim, {
      method: 'DELETE', path, docs: 'repos/repos#delete-a-repository',
    }, async (request, viewer) => {
      const repository = repositoryWith(sim, viewer, request.params, 'admin');
      demandScope(viewer, 'delete_repo');
      await commitAndTell(sim, () => {
        announce(sim, repository, viewer.user, 'repository', { action: 'deleted' });
        journal.append('repository_deleted', {
          repository_id: repository.id, repository: `${repository.owner}/${repository.name}`,
        });
      });
      await storage.remove(repository);
      return noContent();
    }),
  ];

  /** The fields that are to become others than they are. */
  function changesOf(repository, { name, description, homepage, private: isPrivate, visibility,
                                   default_branch: branch }) {
    const wanted = {
      name: text('name', name), description: text('description', description),
      homepage: text('homepage', homepage),
      private: visibility === undefined ? isPrivate : visibility !== 'public',
      default_branch: text('default_branch', branch),
    };
    const changed = Object.entries(wanted).filter(
      ([field, value]) => value !== undefined && value !== repository[field]);
    const changes = Object.fromEntries(changed);
    if (changes.name !== undefined) checkName(sim, repository.owner, changes.name, repository);
    if (changes.private !== undefined && typeof changes.private !== 'boolean') {
      throw new HttpError(422, `Invalid request.\n\nFor 'properties/private', ${
        JSON.stringify(changes.private)} is not a boolean.`);
    }
    if (changes.default_branch !== undefined &&
        !repository.refs.has(`refs/heads/${changes.default_branch}`)) {
      throw problem('default_branch', 'The branch was not found. Please push that ref first or ' +
                                      'create it via the Git Data API.');
    }
    return changes;
  }
}

function announceChanges(sim, repository, sender, before, changes) {
  const tell = (action, told) => announce(sim, repository, sender, 'repository', {
    action, ...(told && { changes: told }),
  });
  if ('name' in changes) tell('renamed', { repository: { name: { from: before.name } } });
  if (changes.private === true) tell('privatized');
  if (changes.private === false) {
    tell('publicized');
    announce(sim, repository, sender, 'public', {});
  }
  const edited = ['description', 'homepage', 'default_branch'].filter((field) => field in changes);
  if (edited.length > 0) {
    tell('edited', Object.fromEntries(edited.map((field) => [field, { from: before[field] }])));
  }
}
