import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { logUrl } from '../api/log';
import { isFinal, type Job, type JobLog } from '../api/types';
import { formatNumber } from '../format';
import { logSource } from '../live/client';
import { type FollowerState, LogFollower } from '../log/follower';
import { formatRange, type LineRange, parseRange } from '../log/range';
import { LogStore } from '../log/store';
import { rewrite } from '../router';
import { CopyButton } from './copy_button';
import { CloseIcon, FollowIcon, LinkIcon, RawIcon, WrapIcon } from './icons';
import { LogView } from './log_view';

const WRAP_KEY = 'kozmic.wrap';

/** The log of one attempt, from its first byte to its last, with its tools. */
export function LogPanel(props: { job: Job; log: JobLog; permalink: string }) {
  const { job, log, permalink } = props;
  const store = useMemo(() => new LogStore(), []);
  const state = useSignal<FollowerState>({ kind: 'loading' });
  const [wrap, setWrap] = useState(() => localStorage.getItem(WRAP_KEY) === '1');
  const [range, setRange] = useState<LineRange | null>(() => parseRange(window.location.hash));
  const running = !isFinal(job.status);
  // A running or failed job is most interesting at its end, a passed one at its beginning.
  const [follow, setFollow] = useState(range === null && job.status !== 'success');
  const changed = useRef<() => void>(() => {});

  useEffect(() => {
    const follower = new LogFollower(
      logSource(log.id),
      (bytes) => {
        store.append(bytes);
        changed.current();
      },
      (next) => {
        if (next.kind === 'complete') store.finish();
        state.value = next;
        changed.current();
      },
    );
    follower.start();
    return () => follower.stop();
  }, [log.id]);

  useEffect(() => {
    const onHash = () => {
      setRange(parseRange(window.location.hash));
      setFollow(false);
    };
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);

  function select(next: LineRange | null) {
    setRange(next);
    if (next) setFollow(false);
    // The address of these very lines, also on the page of the latest build.
    rewrite(permalink + (next ? formatRange(next) : ''));
  }

  function toggleWrap() {
    localStorage.setItem(WRAP_KEY, wrap ? '0' : '1');
    setWrap(!wrap);
  }

  return (
    <div class="log-box" data-testid="log" data-state={state.value.kind}>
      <div class="log-tools" role="toolbar" aria-label="Log">
        <LogStateText state={state.value} running={running} />
        {range && (
          <span class="log-range">
            <span>
              {range.first === range.last
                ? `Line ${formatNumber(range.first)}`
                : `Lines ${formatNumber(range.first)}–${formatNumber(range.last)}`}
            </span>
            <CopyButton
              label="Copy link"
              text={() => window.location.origin + permalink + formatRange(range)}
            >
              <LinkIcon />
              <span class="tool-word">Copy link</span>
            </CopyButton>
            <button type="button" class="tool" aria-label="Clear selection" onClick={() => select(null)}>
              <CloseIcon />
            </button>
          </span>
        )}
        <span class="log-tools-end">
          {running && (
            <button
              type="button"
              class="tool"
              aria-pressed={follow}
              aria-label="Follow"
              data-testid="follow"
              onClick={() => setFollow(!follow)}
            >
              <FollowIcon />
              <span class="tool-word">Follow</span>
            </button>
          )}
          <button
            type="button"
            class="tool"
            aria-pressed={wrap}
            aria-label="Wrap"
            data-testid="wrap"
            onClick={toggleWrap}
          >
            <WrapIcon />
            <span class="tool-word">Wrap</span>
          </button>
          <a
            class="tool"
            href={logUrl(log.id)}
            target="_blank"
            rel="noopener"
            aria-label="Raw"
            data-testid="raw"
          >
            <RawIcon />
            <span class="tool-word">Raw</span>
          </a>
        </span>
      </div>
      <LogView
        store={store}
        changed={changed}
        wrap={wrap}
        follow={follow}
        onFollow={setFollow}
        range={range}
        onRange={select}
      />
      {store.rowCount === 0 && state.value.kind !== 'loading' && (
        <p class="log-hint">{running ? 'No output yet' : 'The log is empty'}</p>
      )}
    </div>
  );
}

function LogStateText({ state, running }: { state: FollowerState; running: boolean }) {
  switch (state.kind) {
    case 'loading':
      return <span class="log-state">Loading…</span>;
    case 'live':
      return <span class={`log-state ${running ? 'log-live' : ''}`}>{running ? 'Live' : 'Completing…'}</span>;
    case 'complete':
      return <span class="log-state">Complete</span>;
    case 'retrying':
    case 'failed':
      return (
        <span class="log-state log-problem" role="alert">
          {state.message}
          {state.kind === 'retrying' && ' Trying again…'}
        </span>
      );
  }
}
