import { announce, commitAndTell } from '../events/announce.js';
import { HttpError, validationFailed } from '../http/errors.js';
import { simpleOrganization } from '../shapes/organization.js';
import { simpleUser } from '../shapes/user.js';
import { checkName } from './repository_validation.js';

/**
 * Gives a repository to another account, which accepts at once. Hooks, deploy keys and collaborators
 * go with it, teams do not; a user who gives it away keeps write access.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../state/repositories.js').Repository} repository
 * @param {import('../state/users.js').User} sender
 * @param {Record<string, any>} body
 */
export async function transfer(sim, repository, sender, body) {
  const { state, urls, journal } = sim;
  if (typeof body.new_owner !== 'string') {
    throw new HttpError(422, 'Invalid request.\n\n"new_owner" wasn\'t supplied.');
  }
  const to = state.findAccount(body.new_owner);
  const name = body.new_name ?? repository.name;
  if (!to || to.id === repository.owner_id) {
    throw validationFailed({ resource: 'Repository', code: 'invalid', field: 'new_owner' });
  }
  const organization = state.organizations.findById(to.id);
  if (organization && !organization.members.has(sender.id)) {
    throw new HttpError(403, `You do not have permission to create repositories in ${to.login}.`);
  }
  checkName(sim, to.login, name);
  const from = state.account(repository.owner_id);
  const was = state.organizations.findById(from.id);
  await commitAndTell(sim, () => {
    journal.append('repository_changed', {
      repository_id: repository.id, changes: { owner_id: to.id, owner: to.login, name },
    });
    const ids = { repository_id: repository.id };
    if (repository.collaborators.has(to.id)) {
      journal.append('collaborator_removed', { ...ids, user_id: to.id });
    }
    if (!was) journal.append('collaborator_set', { ...ids, user_id: from.id, permission: 'push' });
    announce(sim, repository, sender, 'repository', {
      action: 'transferred',
      changes: { owner: { from: was ? { organization: simpleOrganization(urls, was) }
        : { user: simpleUser(urls, from) } } },
    });
  });
}
