import { signal } from '@preact/signals';
import { readLog } from '../api/log';
import type { ProjectUpdate } from '../api/types';
import type { LogSource } from '../log/follower';
import { LiveClient } from './live_client';
import { openPort } from './port';
import { type ConnectionState, KEEPALIVE_MS } from './protocol';
import { browserTimers } from './timers';

/** How the live stream is doing, for the banner. */
export const connection = signal<ConnectionState>('idle');
/** Grows each time the stream came back after an outage. */
export const outages = signal(0);

let onSignedOut: () => void = () => {};

const client = new LiveClient({
  open: openPort,
  defer: (then) => queueMicrotask(then),
  onState(state, count) {
    connection.value = state;
    outages.value = count;
  },
  onSignedOut: () => onSignedOut(),
});

setInterval(() => client.keepAlive(), KEEPALIVE_MS);
window.addEventListener('pagehide', () => client.leave());
window.addEventListener('pageshow', (event) => {
  // Back from the browser's page cache: what was missed meanwhile must be asked for.
  if (event.persisted) client.renew();
});

/** `listener` runs when the stream is refused because nobody is signed in. */
export function setStreamSignedOutListener(listener: () => void): void {
  onSignedOut = listener;
}

/** Calls back with every state of the project's newest builds, until the answer is called. */
export function watchProject(project: number, listener: (update: ProjectUpdate) => void): () => void {
  return client.watchProject(project, listener);
}

/** A source of one log's bytes for a LogFollower: the API for stored ones, the stream for live ones. */
export function logSource(log: string): LogSource {
  return {
    read: (offset, onBytes, aborted) => readLog(log, offset, onBytes, aborted),
    watch: (position, listener) => client.watchLog(log, position, listener),
    wait: browserTimers.after,
  };
}
