import { listWaits } from '../api/builds';
import type { Build, Gate, Job } from '../api/types';
import { paths } from '../routes';
import { useReloadEvery, useReloadOn } from '../state/refresh';
import { useResource } from '../state/resource';
import { session } from '../state/session';
import { GuardIcon, QueuedIcon } from './icons';
import { Duration } from './time';

const REFRESH_MS = 10_000;

const TITLES: Record<Gate, string> = {
  open: 'Waiting for a runner',
  project_limit: 'Waiting for other jobs of this project',
  hook_limit: 'Waiting for other jobs of this hook',
  approval: 'Waiting for approval',
};

/**
 * Where a job's log will be: what the job waits for and why, asked again when the build changes and
 * now and then, and for how long it has.
 */
export function Waiting({ build, job }: { build: Build; job: Job }) {
  const { project_id: project, number } = build;
  const waits = useResource(`waits ${project} ${number}`, (signal) =>
    listWaits(project, number, signal),
  );
  useReloadOn(waits, build.revision);
  useReloadEvery(waits, REFRESH_MS);
  const wait = waits.value.value?.find((known) => known.job === job.number);
  return (
    <div class="log-box log-empty" data-testid="waiting">
      {job.gate === 'approval' ? <GuardIcon /> : <QueuedIcon />}
      <p>{TITLES[job.gate ?? 'open'] ?? TITLES.open}</p>
      <p class="small waiting-why" data-testid="wait-sentence">
        {wait?.sentence || job.reason}
      </p>
      {job.gate === 'open' && session.value.kind === 'in' && session.value.me.admin && (
        <p class="small">
          <a href={paths.runners()}>Runners</a> · <a href={paths.queue()}>Queue</a>
        </p>
      )}
      {job.queued_at && (
        <p class="small">
          for <Duration from={job.queued_at} to={null} />
        </p>
      )}
    </div>
  );
}
