import { findLastGreen } from '../api/last_green';
import type { Build, Job } from '../api/types';
import { paths } from '../routes';
import { useResource } from '../state/resource';

/** Leads from a failed job to what its log has that the last green one has not, when there is a green one. */
export function CompareLink({ build, job }: { build: Build; job: Job }) {
  const { value: green } = useResource(`green before ${build.number} ${job.number} ${job.attempt}`, (signal) =>
    findLastGreen(build, job, signal),
  ).value;
  if (!green) return null;
  return (
    <a class="small" href={paths.compare(build.project_id, build.number, job.number, job.attempt)} data-testid="compare">
      What is new since build #{green.build.number}, the last green one
    </a>
  );
}
