import { hookShape } from '../shapes/hook.js';
import { common } from './common.js';

/**
 * @param {import('../shapes/urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/hooks.js').Hook} hook
 * @param {import('../state/users.js').User} sender
 */
export function pingPayload(urls, state, hook, sender) {
  const repository = state.repositories.get(hook.repository_id);
  return {
    zen: 'Anything added dilutes everything else.',
    hook_id: hook.id,
    hook: hookShape(urls, state, hook),
    ...common(urls, state, repository, sender),
  };
}
