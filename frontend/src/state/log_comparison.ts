import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../api/errors';
import { readLog } from '../api/log';
import { loadLogPanel } from '../components/job_panel';
import type { Comparison } from '../log/comparison';
import type { LogStore } from '../log/store';

/** A log to read; `size` in bytes, as far as it is known. */
export interface Compared {
  id: string;
  size: number;
}

export interface LogComparison {
  /** From 0 to 1: of reading and comparing. */
  progress: number;
  /** The log, and which of its rows are new; null until that is known. */
  result: { store: LogStore; newRows: readonly number[] } | null;
  error: ApiError | null;
}

/** Reading takes most of the time. */
const READING = 0.8;

/** Reads two whole logs and finds what the second has that the first has not. */
export function useComparison(base: Compared | null, log: Compared | null, retries: number): LogComparison {
  const state = useSignal<LogComparison>({ progress: 0, result: null, error: null });
  useEffect(() => {
    state.value = { progress: 0, result: null, error: null };
    if (!base || !log) return;
    const controller = new AbortController();
    let comparison: Comparison | null = null;
    const all = Math.max(1, base.size + log.size);
    let read = 0;
    const load = async (store: LogStore, { id }: Compared) => {
      const take = (_: number, bytes: Uint8Array) => {
        store.append(bytes);
        read += bytes.length;
        state.value = { ...state.peek(), progress: Math.min(READING, (READING * read) / all) };
      };
      await readLog(id, 0, take, controller.signal);
      store.finish();
      return store;
    };
    const run = async () => {
      try {
        const { LogStore: Store, loadExtras } = await loadLogPanel();
        const { Comparison: Compare } = await loadExtras();
        const [known, store] = await Promise.all([load(new Store(), base), load(new Store(), log)]);
        if (controller.signal.aborted) return;
        const compared = new Compare(known, store, () => {
          const progress = READING + (1 - READING) * compared.progress;
          const result = compared.done ? { store, newRows: compared.newRows } : null;
          state.value = { progress, result, error: null };
        });
        comparison = compared;
        compared.start();
      } catch (error) {
        if (controller.signal.aborted) return;
        const known = error instanceof ApiError ? error : new ApiError(0, 'internal', String(error));
        state.value = { ...state.peek(), error: known };
      }
    };
    void run();
    return () => {
      controller.abort();
      comparison?.stop();
    };
  }, [base?.id, log?.id, retries]);
  return state.value;
}
