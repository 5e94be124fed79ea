import { useEffect, useRef, useState } from 'preact/hooks';
import { isFinal, type Job, type JobLog } from '../api/types';
import { formatNumber } from '../format';
import type { Command } from '../log/keys';
import { beginsOf } from '../phases';
import type { Query } from '../log/pattern';
import { formatRange, type LineRange, parseRange } from '../log/range';
import { TIME_STYLES, type TimeStyle } from '../log/time_style';
import { rewrite } from '../router';
import { say } from '../state/toast';
import '../styles/log.css';
import { lazy } from './lazy';
import type { ErrorStep } from './log_errors';
import { LogToolbar, loadExtras } from './log_toolbar';
import { LogView } from './log_view';
import { useLog, useLogTimes, useRepaint } from './use_log';
import { useLogKeys } from './use_log_keys';

/** For other pages that read whole logs, which ask for this piece: one of its own would be larger in sum. */
export { LogStore } from '../log/store';
export { loadExtras } from './log_toolbar';

const WRAP_KEY = 'kozmic.wrap';
const TIMES_KEY = 'kozmic.times';
const SINGLES_KEY = 'kozmic.singleKeys';

const FindBar = lazy(loadExtras, 'FindBar', () => <div class="log-tools" aria-busy="true" />);
const KeySheet = lazy(() => import('./key_sheet'), 'KeySheet', () => null);

function useStored(key: string, initial: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => localStorage.getItem(key) ?? initial);
  const store = (next: string) => {
    localStorage.setItem(key, next);
    setValue(next);
  };
  return [value, store];
}

/** The log of one attempt, from its first byte to its last, with its tools. */
export function LogPanel(props: { job: Job; log: JobLog; permalink: string }) {
  const { job, log: stored, permalink } = props;
  const [range, setRange] = useState<LineRange | null>(() => parseRange(window.location.hash));
  const [wrap, setWrap] = useStored(WRAP_KEY, '0');
  const [timesKept, setTimes] = useStored(TIMES_KEY, 'off');
  const [singles, setSingles] = useStored(SINGLES_KEY, '1');
  const times: TimeStyle = TIME_STYLES.find((style) => style === timesKept) ?? 'off';
  const running = !isFinal(job.status);
  const failed = job.status === 'failure' || job.status === 'error';
  /** All of the log is there, and errors are told from the rest. */
  const [whole, setWhole] = useState(false);
  // A running or failed job is most interesting at its end, a passed one at its beginning.
  const [follow, setFollow] = useState(range === null && job.status !== 'success');
  const [full, setFull] = useState(false);
  const [keys, setKeys] = useState(false);
  const [query, setQuery] = useState<Query>({ text: '', regex: false, matchCase: false });
  /** How often the search was asked for; 0: it is closed. */
  const [asked, setAsked] = useState(0);
  const [said, setSaid] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLElement>(null);
  /** The group whose header the keyboard is to go to once it is drawn, or -1. */
  const toFocus = useRef(-1);

  const repaint = useRepaint();
  const { log, state } = useLog(stored.id, job.status === 'success', repaint, () => setWhole(true));
  const timeOf = useLogTimes(stored.id, log, times, repaint);
  useEffect(() => log.setPhases(beginsOf(job.phases)), [job.phases.length]);
  // Before anything tells where the reader is.
  log.settle();

  // Of whoever follows a job that fails, too.
  useEffect(() => {
    if (whole && failed && follow && log.showFailure()) setFollow(false);
  }, [whole, failed]);

  // Whoever presses / types at once.
  useEffect(() => {
    const printing = loadExtras().then(
      ({ printLog }) => box.current && printLog(box.current, log.store),
      () => null,
    );
    return () => void printing.then((stop) => stop?.());
  }, []);

  useEffect(() => {
    if (!range) return;
    log.showLine(range.first);
    // In a small window it may be below what is seen.
    box.current?.scrollIntoView({ block: 'nearest' });
  }, [range?.first, range?.last]);

  useEffect(() => {
    const onHash = () => {
      setRange(parseRange(window.location.hash));
      setFollow(false);
    };
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);

  useEffect(() => {
    const header = scroller.current?.querySelector<HTMLElement>(`.log-fold[data-group="${toFocus.current}"]`);
    if (!header) return;
    toFocus.current = -1;
    header.focus({ preventScroll: true });
  });

  function select(next: LineRange | null) {
    setRange(next);
    if (next) setFollow(false);
    // The address of these very lines, also on the page of the latest build.
    rewrite(permalink + (next ? formatRange(next) : ''));
  }

  function look(next: Query) {
    setQuery(next);
    setFollow(false);
  }

  const openFind = () => setAsked(asked + 1);

  function closeFind() {
    setAsked(0);
    scroller.current?.focus({ preventScroll: true });
  }

  function stepMatch(direction: 1 | -1): boolean {
    if (!log.finding) return false;
    setFollow(false);
    return log.finding.step(direction);
  }

  function stepError(direction: ErrorStep) {
    if (log.errors.count > 0) setFollow(false);
    if (direction === 'first') log.showFirstError();
    else log.stepError(direction);
    const { index } = log.atError;
    const line = formatNumber(log.store.lineOfRow(log.atError.row));
    setSaid(index < 0 ? 'No errors' : `Error ${formatNumber(index + 1)} of ${formatNumber(log.errors.count)}, line ${line}`);
  }

  function stepGroup(direction: 1 | -1): boolean {
    const group = log.showGroup(direction);
    if (group < 0) return false;
    setFollow(false);
    toFocus.current = group;
    return true;
  }

  function copy(): boolean {
    if (!range || !navigator.clipboard) return false;
    void loadExtras()
      .then(({ textOfLines }) => navigator.clipboard.writeText(textOfLines(log.store, range)))
      .then(() => say('Copied.'));
    return true;
  }

  function close(): boolean {
    if (asked > 0) closeFind();
    else if (full) setFull(false);
    else return false;
    return true;
  }

  const cycleTimes = () => setTimes(TIME_STYLES[(TIME_STYLES.indexOf(times) + 1) % TIME_STYLES.length] ?? 'off');
  const toggleWrap = () => setWrap(wrap === '1' ? '0' : '1');
  const commands: Record<Command, () => boolean | void> = {
    // Where the log cannot be seen, the browser's own search is the better one.
    find: () => isOnScreen(box.current) && openFind(),
    next: () => stepMatch(1),
    previous: () => stepMatch(-1),
    'next-error': () => stepError(1),
    'previous-error': () => stepError(-1),
    'next-group': () => stepGroup(1),
    'previous-group': () => stepGroup(-1),
    copy,
    times: cycleTimes,
    wrap: toggleWrap,
    'full-screen': () => setFull(!full),
    keys: () => setKeys(true),
    close,
  };
  useLogKeys(singles === '1', (command) => commands[command]() !== false);

  return (
    <div class={full ? 'log-box log-full' : 'log-box'} ref={box} data-testid="log" data-state={state.value.kind}>
      <LogToolbar
        id={stored.id}
        log={log}
        state={state.value}
        running={running}
        permalink={permalink}
        tools={{
          follow,
          wrap: wrap === '1',
          times,
          full,
          finding: asked > 0,
          range,
          onFollow: () => setFollow(!follow),
          onWrap: toggleWrap,
          onTimes: cycleTimes,
          onFull: () => setFull(!full),
          onFind: () => (asked > 0 ? closeFind() : openFind()),
          onKeys: () => setKeys(true),
          onError: stepError,
          onRange: select,
        }}
      />
      {asked > 0 && (
        <FindBar log={log} query={query} asked={asked} onQuery={look} onStep={stepMatch} onClose={closeFind} repaint={repaint} />
      )}
      <LogView
        log={log}
        scroller={scroller}
        wrap={wrap === '1'}
        timeOf={timeOf}
        follow={follow}
        onFollow={setFollow}
        range={range}
        onRange={select}
      />
      {log.store.rowCount === 0 && state.value.kind !== 'loading' && (
        <p class="log-hint">{running ? 'No output yet' : 'The log is empty'}</p>
      )}
      <output class="visually-hidden" data-testid="log-said">
        {said}
      </output>
      {keys && (
        <KeySheet
          singles={singles === '1'}
          onSingles={(on) => setSingles(on ? '1' : '0')}
          onClose={() => setKeys(false)}
        />
      )}
    </div>
  );
}

function isOnScreen(element: HTMLElement | null): boolean {
  if (!element) return false;
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}
