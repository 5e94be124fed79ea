import { logUrl } from '../api/log';
import { isFinal, type Job } from '../api/types';
import { formatNumber } from '../format';
import { CopyButton } from './copy_button';
import { BoxIcon, QueuedIcon, ServerIcon } from './icons';
import { LogPanel } from './log_panel';
import { Phases } from './phases';
import { StatusPill } from './status';
import { Duration } from './time';

/** Everything about one job. `permalink` is its address whatever the page's own address is. */
export function JobPanel({ job, permalink }: { job: Job; permalink: string }) {
  const waiting = job.status === 'enqueued';
  return (
    <section class="job-panel" aria-label={`Job ${job.title}`}>
      <div class="job-facts">
        {job.phases.length > 0 && <Phases job={job} />}
        <div class="facts">
          <span class="fact" title="Docker image">
            <BoxIcon />
            <span class="ellipsis">{job.image}</span>
          </span>
          {job.runner && (
            <span class="fact" title="Runner">
              <ServerIcon />
              {job.runner}
            </span>
          )}
          {job.attempt > 1 && <span class="fact">Attempt {job.attempt}</span>}
        </div>
      </div>
      {job.log && !waiting ? (
        <LogPanel key={job.log.id} job={job} log={job.log} permalink={permalink} />
      ) : (
        <div class="log-box log-empty" data-testid="waiting">
          {waiting ? (
            <>
              <QueuedIcon />
              <p>Waiting for a runner</p>
              {job.queued_at && (
                <p class="small">
                  for <Duration from={job.queued_at} to={null} />
                </p>
              )}
            </>
          ) : (
            <p>This job has no log.</p>
          )}
        </div>
      )}
      {isFinal(job.status) && <Outcome job={job} />}
    </section>
  );
}

/** How the job ended, with the proof that its log is whole. */
function Outcome({ job }: { job: Job }) {
  const { log } = job;
  return (
    <div class="outcome" data-testid="outcome">
      <div class="outcome-line">
        <StatusPill status={job.status} />
        {job.reason && <span class="outcome-reason">{job.reason}</span>}
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
              <a href={logUrl(log.id)}>{formatNumber(log.size)} bytes</a>
            </dd>
          </div>
        )}
        {log?.sealed && log.sha256 && (
          <div class="outcome-digest">
            <dt>SHA-256</dt>
            <dd>
              <code class="ellipsis" title={log.sha256}>
                {log.sha256}
              </code>
              <CopyButton text={() => log.sha256 ?? ''} label="Copy SHA-256" />
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
