import { json } from '../http/answer.js';
import { hookConfig } from '../shapes/hook.js';
import { endpoint } from './endpoint.js';
import { hookOf } from './hooks.js';
import { checkAgainstOthers, validConfig } from './hook_validation.js';

/** @param {import('../simulator.js').Simulator} sim */
export function hookConfigRoutes(sim) {
  const { state, journal, clock } = sim;
  const path = '/repos/:owner/:repo/hooks/:hook/config';
  return [
    endpoint(sim, {
      method: 'GET', path, scopes: ['repo', 'read:repo_hook'],
      docs: 'repos/webhooks#get-a-webhook-configuration-for-a-repository',
    }, async (request, viewer) => json(200, hookConfig(hookOf(sim, viewer, request.params)))),

    endpoint(sim, {
      method: 'PATCH', path, scopes: ['repo', 'write:repo_hook'],
      docs: 'repos/webhooks#update-a-webhook-configuration-for-a-repository',
    }, async (request, viewer) => {
      const given = await request.jsonObject();
      const old = hookOf(sim, viewer, request.params);
      // Unlike a hook's PATCH, this one leaves alone what is not named.
      const hook = { ...old, config: validConfig({ ...old.config, ...given }),
                     updated_at: clock.now() };
      checkAgainstOthers(hook, state.hooks.of(old.repository_id).filter(({ id }) => id !== old.id));
      await journal.commit('hook_updated', { hook });
      return json(200, hookConfig(hook));
    }),
  ];
}
