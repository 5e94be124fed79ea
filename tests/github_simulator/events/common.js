import { simpleOrganization } from '../shapes/organization.js';
import { fullRepository } from '../shapes/repository.js';
import { simpleUser } from '../shapes/user.js';

/**
 * What every webhook about a repository carries.
 * @param {import('../shapes/urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/repositories.js').Repository} repository
 * @param {import('../state/users.js').User} sender
 */
export function common(urls, state, repository, sender) {
  const organization = state.organizations.findById(repository.owner_id);
  return {
    repository: fullRepository(urls, state, repository),
    ...(organization && { organization: simpleOrganization(urls, organization) }),
    sender: simpleUser(urls, sender),
  };
}
