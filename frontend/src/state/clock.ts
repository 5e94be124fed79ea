import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { serverNow } from '../api/client';

/** The server's time in milliseconds, renewed every second while the page is visible. */
export const now = signal(serverNow());

setInterval(() => {
  if (document.visibilityState === 'visible') now.value = serverNow();
}, 1_000);
document.addEventListener('visibilitychange', () => {
  now.value = serverNow();
});

/**
 * A text that depends on the time and on some `moment`; whoever shows it is drawn again only when it
 * changes.
 */
export function useTicking(moment: string, text: (moment: number, now: number) => string): ReadonlySignal<string> {
  return useMemo(() => computed(() => text(Date.parse(moment), now.value)), [moment]);
}
