import type { ComponentChildren } from 'preact';
import { logUrl } from '../api/log';
import { type Build, isFinal, type Job } from '../api/types';
import { formatNumber } from '../format';
import { paths } from '../routes';
import { CopyButton } from './copy_button';
import { BoxIcon, ServerIcon, TagIcon } from './icons';
import { lazy } from './lazy';
import { Phases } from './phases';
import { StatusPill } from './status';

/** Enough to compare by eye. */
const SHORT_DIGEST = 12;

const VerifyLog = lazy(
  () => import('./verify_log'),
  'VerifyLog',
  () => <span class="tool">Verify</span>,
);
const Waiting = lazy(
  () => import('../pages/build_parts'),
  'Waiting',
  () => <div class="log-box" />,
);
const CompareLink = lazy(
  () => import('../pages/build_parts'),
  'CompareLink',
  () => null,
);

/** To be asked for before it is needed, so that it does not wait for what is shown around it. */
export const loadLogPanel = () => import('./log_panel');
const LogPanel = lazy(loadLogPanel, 'LogPanel', () => <div class="log-box" aria-busy="true" />, true);

/** Everything about one job, or one attempt at it. */
export function JobPanel(props: {
  build: Build;
  job: Job;
  /** Above the rest of it. */
  head?: ComponentChildren;
  /** What can be done with it. */
  tools?: ComponentChildren;
}) {
  const { build, job, head, tools } = props;
  const waiting = job.status === 'enqueued';
  // Lines are of one attempt, whatever is tried later.
  const permalink = paths.job(build.project_id, build.number, job.number, job.attempt);
  return (
    <section class="job-panel" aria-label={`Job ${job.title}`}>
      {head}
      <div class="job-facts">
        {job.phases.length > 0 && <Phases job={job} />}
        <div class="facts">
          <span class="fact" title="Docker image">
            <BoxIcon />
            <span class="ellipsis">{job.image}</span>
          </span>
          {job.runner && !waiting && (
            <span class="fact" title="Runner">
              <ServerIcon />
              {job.runner}
            </span>
          )}
          {job.labels.length > 0 && (
            <span class="fact" title="Labels that its runner must have">
              <TagIcon />
              <span class="ellipsis">{job.labels.join(', ')}</span>
            </span>
          )}
          {build.trace_id && (
            <span class="fact" title={`What the services’ log lines and traces call this build: ${build.trace_id}`}>
              <span data-testid="trace">Trace {build.trace_id.slice(0, 8)}</span>
              <CopyButton text={() => build.trace_id ?? ''} label="Copy the trace" />
            </span>
          )}
        </div>
        {tools}
      </div>
      {waiting && <Waiting build={build} job={job} />}
      {!waiting && job.log && !job.log.expired && (
        <LogPanel key={job.log.id} job={job} log={job.log} permalink={permalink} />
      )}
      {!waiting && job.log?.expired && (
        <div class="log-box log-empty">
          <p data-testid="log-expired">This log is no longer kept. The project’s settings say for how long logs are.</p>
        </div>
      )}
      {!waiting && !job.log && (
        <div class="log-box log-empty">
          <p>This job has no log.</p>
        </div>
      )}
      {isFinal(job.status) && <Outcome build={build} job={job} />}
    </section>
  );
}

/** How the job ended, with the proof that its log is whole. */
function Outcome({ build, job }: { build: Build; job: Job }) {
  const { log } = job;
  return (
    <div class="outcome" data-testid="outcome">
      <div class="outcome-line">
        <StatusPill status={job.status} />
        {job.reason && <span class="outcome-reason">{job.reason}</span>}
        {job.status === 'failure' && log && !log.expired && <CompareLink build={build} job={job} />}
      </div>
      <dl class="outcome-facts">
        <div>
          <dt>Exit code</dt>
          <dd data-testid="exit-code">{job.exit_code ?? 'none'}</dd>
        </div>
        {log?.sealed && (
          <div>
            <dt>Log</dt>
            <dd>
              {log.expired ? (
                `${formatNumber(log.size)} bytes`
              ) : (
                <a href={logUrl(log.id)}>{formatNumber(log.size)} bytes</a>
              )}
            </dd>
          </div>
        )}
        {log?.sealed && log.sha256 && (
          <div class="outcome-digest">
            <dt>SHA-256</dt>
            <dd>
              <code title={log.sha256}>{log.sha256.slice(0, SHORT_DIGEST)}…</code>
              <CopyButton text={() => log.sha256 ?? ''} label="Copy SHA-256" />
              {!log.expired && <VerifyLog id={log.id} size={log.size} sha256={log.sha256} />}
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
