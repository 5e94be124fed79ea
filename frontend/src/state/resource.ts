import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../api/errors';
import { outages } from '../live/client';

export interface Resource<T> {
  /** What was loaded last, together with the key it was loaded for. */
  value: T | null;
  error: ApiError | null;
}

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 15_000;

/**
 * Loads what `key` names and keeps it fresh: again when the key changes, when the live stream comes
 * back after an outage, and after a while when the server could not be reached. While it is loaded
 * again the last value stays; it may also be set from outside, by live changes.
 */
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
): Signal<Resource<T>> & { reload: () => void } {
  const state = useSignal<Resource<T>>({ value: null, error: null });
  /** What the state belongs to. */
  const loadedKey = useSignal('');
  const generation = useSignal(0);
  const outage = outages.value;

  const stale = loadedKey.peek() !== key;
  if (stale && (state.peek().value !== null || state.peek().error !== null)) {
    state.value = { value: null, error: null };
    loadedKey.value = '';
  }

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let delay = FIRST_RETRY_MS;
    const attempt = async () => {
      try {
        const value = await load(controller.signal);
        if (controller.signal.aborted) return;
        loadedKey.value = key;
        state.value = { value, error: null };
      } catch (error) {
        if (controller.signal.aborted) return;
        loadedKey.value = key;
        const known = error instanceof ApiError ? error : new ApiError(0, 'internal', String(error));
        // A session that has ended leaves what is shown, and what is typed into it, in place.
        const keep = known.isTemporary || known.status === 401;
        state.value = { value: keep ? state.peek().value : null, error: known };
        if (!known.isTemporary) return;
        timer = setTimeout(() => void attempt(), delay);
        delay = Math.min(MAX_RETRY_MS, delay * 2);
      }
    };
    void attempt();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
    // `load` is a new function on every render; `key` says when it means something else.
  }, [key, outage, generation.value]);

  return Object.assign(state, {
    reload: () => {
      generation.value++;
    },
  });
}
