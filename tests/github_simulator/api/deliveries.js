import { json } from '../http/answer.js';
import { notFound } from '../http/errors.js';
import { paginateByCursor } from '../http/pagination.js';
import { deliveryDetail, deliveryItem } from '../shapes/delivery.js';
import { endpoint } from './endpoint.js';
import { hookOf } from './hooks.js';

const SCOPES = ['repo', 'admin:repo_hook'];

/** @param {import('../simulator.js').Simulator} sim */
export function deliveryRoutes(sim) {
  const { state, urls, journal, courier } = sim;
  const all = '/repos/:owner/:repo/hooks/:hook/deliveries';
  const deliveryOf = (request, viewer) => {
    const hook = hookOf(sim, viewer, request.params);
    const delivery = state.deliveries.find(Number(request.params.delivery));
    if (!delivery?.outcome || delivery.hook_id !== hook.id) throw notFound();
    return { hook, delivery };
  };
  return [
    endpoint(sim, {
      method: 'GET', path: all, scopes: SCOPES,
      docs: 'repos/webhooks#list-deliveries-for-a-repository-webhook',
    }, async (request, viewer) => {
      const hook = hookOf(sim, viewer, request.params);
      const { items, headers } =
        paginateByCursor(request, state.deliveries.doneOf(hook.id), urls.web);
      return json(200, items.map(deliveryItem), headers);
    }),

    endpoint(sim, {
      method: 'GET', path: `${all}/:delivery`, scopes: SCOPES,
      docs: 'repos/webhooks#get-a-delivery-for-a-repository-webhook',
    }, async (request, viewer) => {
      const { delivery } = deliveryOf(request, viewer);
      return json(200, deliveryDetail(delivery));
    }),

    endpoint(sim, {
      method: 'POST', path: `${all}/:delivery/attempts`, scopes: SCOPES,
      docs: 'repos/webhooks#redeliver-a-delivery-for-a-repository-webhook',
    }, async (request, viewer) => {
      const { hook, delivery } = deliveryOf(request, viewer);
      courier.enqueue(hook, delivery);
      await journal.flush();
      courier.wake();
      return json(202, {});
    }),
  ];
}
