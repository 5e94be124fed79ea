import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { logTimesUrl, type LogId } from '../api/log';
import { getJson } from '../api/client';
import { logSource } from '../live/client';
import { browserTimers } from '../live/timers';
import { type FollowerState, LogFollower } from '../log/follower';
import type { TimesPage } from '../log/log_times';
import { OpenLog } from '../log/open_log';
import type { TimeStyle } from '../log/time_style';
import type { TimesReader } from '../log/times_reader';
import { say } from '../state/toast';

/** Painting is the expensive part of following a fast log: 15 times a second is smooth enough. */
const FRAME_MS = 66;

/** Draws what uses it anew, not too often. */
export function useRepaint(): () => void {
  const [, repaint] = useReducer<number, void>((count) => count + 1, 0);
  const state = useRef({ timer: 0, last: -FRAME_MS }).current;
  useEffect(() => () => clearTimeout(state.timer), []);
  return useMemo(
    () => () => {
      if (state.timer !== 0) return;
      const wait = Math.max(0, FRAME_MS - (performance.now() - state.last));
      state.timer = window.setTimeout(() => {
        state.timer = 0;
        state.last = performance.now();
        repaint();
      }, wait);
    },
    [],
  );
}

/** Reads a log from its first byte to its last; `complete` runs when all of it is there and errors are told from the rest. */
export function useLog(
  id: LogId,
  foldQuiet: boolean,
  repaint: () => void,
  complete: () => void,
): { log: OpenLog; state: Signal<FollowerState> } {
  const log = useMemo(() => new OpenLog(foldQuiet, repaint), []);
  const state = useSignal<FollowerState>({ kind: 'loading' });
  const onComplete = useRef(complete);
  onComplete.current = complete;
  useEffect(() => {
    const errors = import('../log/error_lines').then(
      ({ isError }) => log.errors.begin(isError),
      // Without them one can still read.
      () => {},
    );
    const follower = new LogFollower(
      logSource(id),
      (bytes) => log.append(bytes),
      (next) => {
        state.value = next;
        if (next.kind !== 'complete') return;
        log.finish();
        void errors.then(() => onComplete.current());
      },
    );
    follower.start();
    return () => {
      follower.stop();
      log.stop();
    };
  }, [id]);
  return { log, state };
}

/** How to say when a row was written; null when that is not asked for. Read only while it is. */
export function useLogTimes(
  id: LogId,
  { store }: OpenLog,
  style: TimeStyle,
  repaint: () => void,
): ((row: number) => string) | null {
  const wanted = style !== 'off';
  const [reader, setReader] = useState<TimesReader | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let made: TimesReader | null = null;
    let gone = false;
    const make = async () => {
      try {
        const { TimesReader: Reader } = await import('../log/times_reader');
        if (gone) return;
        const read = (offset: number, signal: AbortSignal) => getJson<TimesPage>(logTimesUrl(id, offset), signal);
        made = new Reader({ read, wait: browserTimers.after }, repaint);
        setReader(made);
      } catch {
        say('The times could not be loaded. Reload the page.');
      }
    };
    void make();
    return () => {
      gone = true;
      made?.stop();
      setReader(null);
    };
  }, [id, wanted]);
  useEffect(() => reader?.grownTo(store.size));
  return useMemo(() => {
    if (!wanted) return null;
    return (row) => (reader && !store.isContinuation(row) ? reader.textOf(store.offsetOf(row), style) : '');
  }, [reader, style]);
}
