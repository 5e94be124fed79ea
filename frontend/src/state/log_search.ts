import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type FoundLine, type LogPlace, searchLogs } from '../api/log_search';
import { ApiError } from '../api/errors';
import type { Query } from '../log/pattern';

export interface LogSearch {
  lines: FoundLine[];
  /** What could not be searched. */
  unreadable: LogPlace[];
  /** Where to go on; null for the beginning. */
  next: string | null;
  /** All logs have been searched. */
  complete: boolean;
  searching: boolean;
  error: ApiError | null;
}

const NOTHING: LogSearch = {
  lines: [],
  unreadable: [],
  next: null,
  complete: false,
  searching: false,
  error: null,
};

function withNew(known: LogPlace[], more: LogPlace[]): LogPlace[] {
  const isOf = (one: LogPlace) => (other: LogPlace) =>
    one.build === other.build && one.job === other.job && one.attempt === other.attempt;
  return [...known, ...more.filter((place) => !known.some(isOf(place)))];
}

/**
 * What has been found in a project's logs. A page may be empty with more behind it: the search then
 * goes on by itself until there is something to show, it is stopped, or it is at the end.
 */
export function useLogSearch(
  project: number,
  query: Query,
): Signal<LogSearch> & { more: () => void; stop: () => void } {
  const state = useSignal<LogSearch>(NOTHING);
  const running = useRef<AbortController | null>(null);

  async function search(from: string | null) {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    let token = from;
    state.value = { ...state.peek(), searching: true, error: null };
    try {
      for (;;) {
        const page = await searchLogs(project, query, token, signal);
        if (signal.aborted) return;
        token = page.next_page_token;
        const complete = token === null;
        const searching = page.lines.length === 0 && !complete;
        const known = state.peek();
        state.value = {
          lines: [...known.lines, ...page.lines],
          unreadable: withNew(known.unreadable, page.unreadable_logs),
          next: token,
          complete,
          searching,
          error: null,
        };
        if (!searching) return;
      }
    } catch (thrown) {
      if (signal.aborted) return;
      const error = thrown instanceof ApiError ? thrown : new ApiError(0, 'internal', String(thrown));
      state.value = { ...state.peek(), next: token, searching: false, error };
    }
  }

  useEffect(() => {
    state.value = NOTHING;
    if (query.text !== '') void search(null);
    return () => running.current?.abort();
  }, [project, query.text, query.regex, query.matchCase]);

  return Object.assign(state, {
    more: () => void search(state.peek().next),
    stop: () => {
      running.current?.abort();
      state.value = { ...state.peek(), searching: false };
    },
  });
}
