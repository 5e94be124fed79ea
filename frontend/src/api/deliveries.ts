import { getJson } from './client';
import type { Delivery, DeliveryPage, DeliveryStatus } from './types';

const base = (project: number) => `/api/v1/projects/${project}/deliveries`;

/** Where one delivery is, with its body. */
export function deliveryUrl(project: number, delivery: number): string {
  return `${base(project)}/${delivery}`;
}

/** One page of what GitHub sent, newest first; `token` is of the page before. */
export function listDeliveries(
  project: number,
  options: { status: DeliveryStatus | null; token: string | null; limit: number },
  signal?: AbortSignal,
): Promise<DeliveryPage> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.status) query.set('state', options.status);
  if (options.token) query.set('page_token', options.token);
  return getJson(`${base(project)}?${query}`, signal);
}

/** A delivery as it came. */
export function getDelivery(
  project: number,
  delivery: number,
  signal?: AbortSignal,
): Promise<Delivery & { body: string }> {
  return getJson(deliveryUrl(project, delivery), signal);
}
