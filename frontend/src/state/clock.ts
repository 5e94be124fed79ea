import { type ReadonlySignal, signal, useComputed } from '@preact/signals';
import { serverNow } from '../api/client';

/** The server's time in milliseconds, renewed every second while the page is visible. */
export const now = signal(serverNow());

setInterval(() => {
  if (document.visibilityState === 'visible') now.value = serverNow();
}, 1_000);
document.addEventListener('visibilitychange', () => {
  now.value = serverNow();
});

/** A text that depends on the time; whoever shows it is drawn again only when it changes. */
export function useTicking(text: (now: number) => string): ReadonlySignal<string> {
  return useComputed(() => text(now.value));
}
