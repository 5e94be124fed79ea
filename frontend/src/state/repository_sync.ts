import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getSync } from '../api/repositories';
import type { RepositorySync } from '../api/types';

const ASK_EVERY_MS = 700;

/**
 * A sync with GitHub as it goes on: while it runs and the page is visible the server is asked how
 * far it is. `ended` is told once it no longer runs.
 */
export function useRepositorySync(
  ended: (sync: RepositorySync) => void,
): Signal<RepositorySync | null> {
  const sync = useSignal<RepositorySync | null>(null);
  const running = sync.value?.state === 'running';

  useEffect(() => {
    if (!running) return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    const ask = async () => {
      try {
        const now = await getSync(controller.signal);
        if (controller.signal.aborted) return;
        sync.value = now;
        if (now.state !== 'running') return ended(now);
      } catch {
        if (controller.signal.aborted) return;
      }
      later();
    };
    later();
    document.addEventListener('visibilitychange', later, { signal: controller.signal });
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [running]);

  return sync;
}
