import type { Delivery, DeliveryStatus } from './api/types';

/** In the order in which they are offered to choose from, with the colours of a build's status. */
export const DELIVERY_STATUSES: readonly { status: DeliveryStatus; word: string; tone: string }[] = [
  { status: 'built', word: 'Built', tone: 'success' },
  { status: 'done', word: 'Done', tone: 'success' },
  { status: 'ignored', word: 'Ignored', tone: 'cancelled' },
  { status: 'waiting', word: 'Waiting', tone: 'pending' },
  { status: 'failed', word: 'Failed', tone: 'failure' },
];

/** Shows a status of the address bar, which anybody can type. */
export function deliveryStatus(text: string | null): DeliveryStatus | null {
  return DELIVERY_STATUSES.find(({ status }) => status === text)?.status ?? null;
}

/** `pull_request.opened`, `push` */
export function eventOf({ event, action }: Delivery): string {
  return action === '' ? event : `${event}.${action}`;
}

/** `refs/heads/main` → `main`, `refs/pull/3/head` → `#3` */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/pull\/(\d+)\/head$/, '#$1').replace(/^refs\/(heads|tags)\//, '');
}

/** What became of a delivery, in words: its builds, or why there is none. */
export function outcomeOf({ builds, outcome }: Delivery): string {
  if (outcome !== '' || builds.length === 0) return outcome;
  return `Build ${builds.map((number) => `#${number}`).join(', ')}`;
}

const MOST_SHOWN = 100_000;

/** A body with its JSON indented, as far as a page can show it; `cut` when that is not all. */
export function prettyBody(body: string): { text: string; cut: boolean } {
  // What is much longer than what is shown is not worth the parser's time.
  const text = body.length > 20 * MOST_SHOWN ? body : indented(body);
  return { text: text.slice(0, MOST_SHOWN), cut: text.length > MOST_SHOWN };
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
