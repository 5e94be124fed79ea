import { isoSeconds } from '../base/clock.js';

/**
 * "hook". Its secret is never told.
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/hooks.js').Hook} hook
 */
export function hookShape(urls, state, hook) {
  const url = `${urls.repositoryApi(state.repositories.get(hook.repository_id))}/hooks/${hook.id}`;
  const last = state.deliveries.doneOf(hook.id)[0]?.outcome;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    config: hookConfig(hook),
    updated_at: isoSeconds(hook.updated_at),
    created_at: isoSeconds(hook.created_at),
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: last
      ? { code: last.status_code, status: isSuccess(last) ? 'active' : 'misconfigured',
          message: last.status }
      : { code: null, status: 'unused', message: null },
  };
}

/**
 * "webhook-config".
 * @param {import('../state/hooks.js').Hook} hook
 */
export function hookConfig({ config }) {
  return { ...config, ...(config.secret !== undefined && { secret: '********' }) };
}

function isSuccess({ status_code: code }) {
  return code >= 200 && code < 300;
}
