import type { Job } from '../api/types';
import { phaseTitle, stepsOf } from '../phases';
import { StatusIcon } from './status';
import { Duration } from './time';

/** What the job did one after another, and how long each took. */
export function Phases({ job }: { job: Job }) {
  return (
    <ol class="phases" aria-label="Phases">
      {stepsOf(job).map((step) => (
        <li key={step.name} class="phase" data-testid="phase">
          <StatusIcon status={step.status} />
          {phaseTitle(step.name)}
          <span class="phase-time">
            <Duration from={step.from} to={step.to} />
          </span>
        </li>
      ))}
    </ol>
  );
}
