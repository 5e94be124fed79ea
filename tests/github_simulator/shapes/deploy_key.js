import { isoSeconds } from '../base/clock.js';

/**
 * "deploy-key".
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/deploy_keys.js').DeployKey} key
 */
export function deployKeyShape(urls, state, key) {
  const repository = state.repositories.get(key.repository_id);
  return {
    id: key.id,
    key: key.key,
    url: `${urls.repositoryApi(repository)}/keys/${key.id}`,
    title: key.title,
    verified: true,
    created_at: isoSeconds(key.created_at),
    read_only: key.read_only,
    added_by: state.users.get(key.added_by).login,
    last_used: key.last_used === null ? null : isoSeconds(key.last_used),
    enabled: true,
  };
}
