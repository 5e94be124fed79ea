import { trustedWorkerUrl } from '../trusted_worker';
import { connectEventStream } from './event_stream';
import { Hub } from './hub';
import type { FromHub, ToHub } from './protocol';
import { browserTimers } from './timers';
import workerUrl from './worker?sharedworker&url';

/** A tab's way to the hub. */
export type Port = (message: ToHub) => void;

/**
 * Connects this tab to the browser's shared hub, or, where there is no SharedWorker (Chrome on
 * Android) or it does not start, to a hub of its own that holds its stream only while the page is
 * visible. `onReplaced` runs when the first was tried and did not start: everything that was sent
 * must be sent again.
 */
export function openPort(receive: (message: FromHub) => void, onReplaced: () => void): Port {
  let post: Port | null = null;
  try {
    const worker = new SharedWorker(trustedWorkerUrl(workerUrl), { type: 'module', name: 'kozmic-live' });
    worker.port.addEventListener('message', (event: MessageEvent<FromHub>) => receive(event.data));
    worker.port.start();
    worker.addEventListener('error', () => {
      post = openOwnHub(receive);
      onReplaced();
    });
    post = (message) => worker.port.postMessage(message);
  } catch {
    post = openOwnHub(receive);
  }
  return (message) => post?.(message);
}

function openOwnHub(receive: (message: FromHub) => void): Port {
  const hub = new Hub({ connect: connectEventStream, ...browserTimers });
  const follow = () => (document.visibilityState === 'visible' ? hub.resume() : hub.suspend());
  document.addEventListener('visibilitychange', follow);
  window.addEventListener('online', () => hub.retryNow());
  follow();
  return hub.attach(receive);
}
