/** The SharedWorker: one hub for all tabs of this browser. */
import { connectEventStream } from './event_stream';
import { Hub } from './hub';
import type { ToHub } from './protocol';
import { browserTimers } from './timers';

/** The part of SharedWorkerGlobalScope that is used; TypeScript's DOM library lacks it. */
interface SharedWorkerScope {
  addEventListener(type: 'connect', listener: (event: MessageEvent) => void): void;
  addEventListener(type: 'online', listener: () => void): void;
}

const scope = globalThis as unknown as SharedWorkerScope;
const hub = new Hub({ connect: connectEventStream, ...browserTimers });

scope.addEventListener('online', () => hub.retryNow());
scope.addEventListener('connect', ({ ports: [port] }) => {
  if (!port) return;
  const toHub = hub.attach((message) => port.postMessage(message));
  port.addEventListener('message', (event: MessageEvent<ToHub>) => toHub(event.data));
  port.start();
});
