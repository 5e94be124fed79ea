import { logUrl } from '../api/log';
import type { FollowerState } from '../log/follower';
import type { OpenLog } from '../log/open_log';
import type { LineRange } from '../log/range';
import type { TimeStyle } from '../log/time_style';
import { ClockIcon, FollowIcon, RawIcon, SearchIcon, WrapIcon } from './icons';
import { lazy } from './lazy';
import type { ErrorStep } from './log_errors';
import { DownloadIcon, FullScreenIcon, KeyboardIcon } from './log_icons';
import { Tool } from './log_tool';

/** What of a log's panel is loaded a moment after it. */
export const loadExtras = () => import('./log_extras');
const Selection = lazy(loadExtras, 'Selection', () => <span class="log-range" />);
const ErrorSteps = lazy(loadExtras, 'ErrorSteps', () => null);

const TIME_WORDS: Record<TimeStyle, string> = { off: 'off', relative: 'since the start', clock: 'by the clock' };

export interface LogTools {
  follow: boolean;
  wrap: boolean;
  times: TimeStyle;
  full: boolean;
  finding: boolean;
  range: LineRange | null;
  onFollow: () => void;
  onWrap: () => void;
  onTimes: () => void;
  onFull: () => void;
  onFind: () => void;
  onKeys: () => void;
  onError: (where: ErrorStep) => void;
  onRange: (range: LineRange | null) => void;
}

/** How the log is doing, and what can be done with it. */
export function LogToolbar(props: {
  id: string;
  log: OpenLog;
  state: FollowerState;
  running: boolean;
  permalink: string;
  tools: LogTools;
}) {
  const { id, log, state, running, permalink, tools } = props;
  return (
    <div class="log-tools" role="toolbar" aria-label="Log">
      <LogStateText state={state} running={running} />
      {tools.range && <Selection log={log} range={tools.range} permalink={permalink} onRange={tools.onRange} />}
      <span class="log-tools-end">
        {log.errors.count > 0 && <ErrorSteps log={log} onStep={tools.onError} />}
        {running && (
          <Tool label="Follow" icon={<FollowIcon />} testId="follow" pressed={tools.follow} onClick={tools.onFollow} />
        )}
        <Tool label="Find" icon={<SearchIcon />} testId="open-find" pressed={tools.finding} onClick={tools.onFind} />
        <Tool
          label="Times"
          hint={TIME_WORDS[tools.times]}
          icon={<ClockIcon />}
          testId="times"
          pressed={tools.times !== 'off'}
          onClick={tools.onTimes}
        />
        <Tool label="Wrap" icon={<WrapIcon />} testId="wrap" pressed={tools.wrap} onClick={tools.onWrap} />
        <a class="tool" href={logUrl(id)} target="_blank" rel="noopener" aria-label="Raw" data-testid="raw">
          <RawIcon />
          <span class="tool-word">Raw</span>
        </a>
        <a
          class="tool"
          href={logUrl(id)}
          download={`log-${id.replaceAll('/', '-')}.txt`}
          aria-label="Download"
          title="Download"
          data-testid="download"
        >
          <DownloadIcon />
        </a>
        <Tool
          label="Full screen"
          short
          icon={<FullScreenIcon />}
          testId="full-screen"
          pressed={tools.full}
          onClick={tools.onFull}
        />
        <Tool label="Keys" short icon={<KeyboardIcon />} testId="open-keys" onClick={tools.onKeys} />
      </span>
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
