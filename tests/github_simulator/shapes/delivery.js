import { isoSeconds } from '../base/clock.js';

/**
 * "hook-delivery-item".
 * @param {import('../state/deliveries.js').Delivery} delivery one that is done
 */
export function deliveryItem(delivery) {
  const outcome = /** @type {import('../state/deliveries.js').Outcome} */ (delivery.outcome);
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: isoSeconds(outcome.delivered_at),
    redelivery: delivery.redelivery,
    duration: Math.round(outcome.responded_at - outcome.delivered_at) / 1000,
    status: outcome.status,
    status_code: outcome.status_code,
    event: delivery.event,
    action: delivery.action,
    installation_id: null,
    repository_id: delivery.repository_id,
    throttled_at: null,
  };
}

/**
 * "hook-delivery".
 * @param {import('../state/deliveries.js').Delivery} delivery one that is done
 */
export function deliveryDetail(delivery) {
  const outcome = /** @type {import('../state/deliveries.js').Outcome} */ (delivery.outcome);
  return {
    ...deliveryItem(delivery),
    url: outcome.url,
    request: { headers: outcome.request_headers, payload: JSON.parse(delivery.payload) },
    response: { headers: outcome.response_headers, payload: outcome.response_payload },
  };
}
