import { isoSeconds } from '../base/clock.js';
import { nodeId } from './urls.js';
import { simpleUser } from './user.js';

/**
 * "simple-commit-status", as in a combined status.
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/repositories.js').Repository} repository
 * @param {import('../state/statuses.js').Status} status
 */
export function simpleStatus(urls, state, repository, status) {
  return {
    url: `${urls.repositoryApi(repository)}/statuses/${status.sha}`,
    avatar_url: simpleUser(urls, state.users.get(status.creator_id)).avatar_url,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.target_url,
    context: status.context,
    created_at: isoSeconds(status.created_at),
    updated_at: isoSeconds(status.created_at),
  };
}

/** "status": with its creator. Parameters as of `simpleStatus`. */
export function statusShape(urls, state, repository, status) {
  return {
    ...simpleStatus(urls, state, repository, status),
    creator: simpleUser(urls, state.users.get(status.creator_id)),
  };
}
