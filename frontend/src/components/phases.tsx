import { isFinal, type Job, type Status } from '../api/types';
import { StatusIcon } from './status';
import { Duration } from './time';

const NAMES: Record<string, string> = {
  pull: 'Pull image',
  fetch: 'Fetch commit',
  install: 'Install',
  script: 'Run script',
};

/** What the job did one after another, and how long each took. */
export function Phases({ job }: { job: Job }) {
  return (
    <ol class="phases" aria-label="Phases">
      {job.phases.map((phase, index) => {
        const next = job.phases[index + 1];
        const end = next?.started_at ?? job.finished_at;
        const status: Status = next ? 'success' : isFinal(job.status) ? job.status : 'pending';
        return (
          <li key={phase.name} class="phase" data-testid="phase">
            <StatusIcon status={status} />
            {NAMES[phase.name] ?? phase.name}
            <span class="phase-time">
              <Duration from={phase.started_at} to={end} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
