import { json, noContent } from '../http/answer.js';
import { notFound, validationFailed } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { pingPayload } from '../events/ping.js';
import { hookShape } from '../shapes/hook.js';
import { repositoryOf } from './access.js';
import { endpoint } from './endpoint.js';
import { checkAgainstOthers, validActive, validConfig, validEvents } from './hook_validation.js';

const READ = ['repo', 'admin:repo_hook', 'write:repo_hook', 'read:repo_hook'];
const WRITE = ['repo', 'admin:repo_hook', 'write:repo_hook'];
const ADMIN = ['repo', 'admin:repo_hook'];

/**
 * The hook that a path names; hooks are for administrators only.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {Record<string, string>} params
 */
export function hookOf(sim, viewer, params) {
  const repository = repositoryOf(sim, viewer, params, 'admin');
  const hook = sim.state.hooks.find(Number(params.hook));
  if (!hook || hook.repository_id !== repository.id) throw notFound();
  return hook;
}

/** @param {import('../simulator.js').Simulator} sim */
export function hookRoutes(sim) {
  const { state, urls, journal, courier, clock } = sim;
  const shape = (hook) => hookShape(urls, state, hook);
  const ping = (hook, user) => courier.enqueue(hook, {
    event: 'ping', payload: JSON.stringify(pingPayload(urls, state, hook, user)),
  });
  const all = '/repos/:owner/:repo/hooks';
  const one = `${all}/:hook`;
  return [
    endpoint(sim, {
      method: 'GET', path: all, scopes: READ, docs: 'repos/webhooks#list-repository-webhooks',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params, 'admin');
      const { items, headers } = paginate(request, state.hooks.of(repository.id), urls.web);
      return json(200, items.map(shape), headers);
    }),

    endpoint(sim, {
      method: 'POST', path: all, scopes: WRITE, docs: 'repos/webhooks#create-a-repository-webhook',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params, 'admin');
      const body = await request.jsonObject();
      if ((body.name ?? 'web') !== 'web') {
        throw validationFailed({ resource: 'Hook', code: 'custom', field: 'name',
                                 message: 'Name must be web' });
      }
      const now = clock.now();
      const hook = {
        id: state.hooks.nextId(), repository_id: repository.id,
        active: validActive(body.active ?? true), events: validEvents(body.events ?? ['push']),
        config: validConfig(body.config), created_at: now, updated_at: now,
      };
      checkAgainstOthers(hook, state.hooks.of(repository.id));
      journal.transaction(() => {
        journal.append('hook_created', { hook });
        ping(hook, viewer.user);
      });
      await journal.flush();
      courier.wake();
      const created = shape(hook);
      return json(201, created, { location: created.url });
    }),

    endpoint(sim, {
      method: 'GET', path: one, scopes: READ, docs: 'repos/webhooks#get-a-repository-webhook',
    }, async (request, viewer) => json(200, shape(hookOf(sim, viewer, request.params)))),

    endpoint(sim, {
      method: 'PATCH', path: one, scopes: WRITE,
      docs: 'repos/webhooks#update-a-repository-webhook',
    }, async (request, viewer) => {
      const body = await request.jsonObject();
      const old = hookOf(sim, viewer, request.params);
      const list = (events, otherwise) => (events === undefined ? otherwise : validEvents(events));
      const removed = list(body.remove_events, []);
      const events = [...list(body.events, old.events), ...list(body.add_events, [])]
        .filter((event) => !removed.includes(event));
      const hook = {
        ...old,
        active: validActive(body.active ?? old.active),
        events: validEvents(events),
        // Replaces all of it: a config without secret takes the secret away.
        config: body.config === undefined ? old.config : validConfig(body.config),
        updated_at: clock.now(),
      };
      checkAgainstOthers(hook, state.hooks.of(old.repository_id).filter(({ id }) => id !== old.id));
      await journal.commit('hook_updated', { hook });
      return json(200, shape(hook));
    }),

    endpoint(sim, {
      method: 'DELETE', path: one, scopes: ADMIN,
      docs: 'repos/webhooks#delete-a-repository-webhook',
    }, async (request, viewer) => {
      const hook = hookOf(sim, viewer, request.params);
      await journal.commit('hook_deleted', { hook_id: hook.id, repository_id: hook.repository_id });
      return noContent();
    }),

    endpoint(sim, {
      method: 'POST', path: `${one}/pings`, scopes: READ,
      docs: 'repos/webhooks#ping-a-repository-webhook',
    }, async (request, viewer) => {
      ping(hookOf(sim, viewer, request.params), viewer.user);
      await journal.flush();
      courier.wake();
      return noContent();
    }),

    endpoint(sim, {
      method: 'POST', path: `${one}/tests`, scopes: READ,
      docs: 'repos/webhooks#test-the-push-repository-webhook',
    }, async (request, viewer) => {
      const hook = hookOf(sim, viewer, request.params);
      if (!hook.events.includes('push') && !hook.events.includes('*')) return noContent();
      const payload = await sim.pushes.latestPush(
        state.repositories.get(hook.repository_id), viewer.user);
      if (payload) courier.enqueue(hook, { event: 'push', payload: JSON.stringify(payload) });
      await journal.flush();
      courier.wake();
      return noContent();
    }),
  ];
}
