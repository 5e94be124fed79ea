import type { BuildFilter } from './api/projects';
import type { Status } from './api/types';

/** In the order in which they are offered. */
export const FILTER_STATUSES: readonly Status[] = ['success', 'failure', 'error', 'cancelled', 'pending', 'enqueued'];

/** What an address asks for; what it says wrongly is not asked for. */
export function filterOf(query: URLSearchParams): BuildFilter {
  const status = FILTER_STATUSES.find((one) => one === query.get('status')) ?? null;
  const text = (name: string) => (query.get(name) ?? '').trim();
  return { status, branch: text('branch'), author: text('author'), text: text('q') };
}

export function isFiltered({ status, branch, author, text }: BuildFilter): boolean {
  return status !== null || branch !== '' || author !== '' || text !== '';
}
