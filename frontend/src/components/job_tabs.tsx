import type { Build } from '../api/types';
import { paths } from '../routes';
import { StatusIcon } from './status';
import { Duration } from './time';

/** The jobs of a build; each has an address of its own. */
export function JobTabs({ build, base, current }: { build: Build; base: number | 'latest'; current: number }) {
  return (
    <nav class="job-tabs" aria-label="Jobs">
      {build.jobs.map((job) => (
        <a
          key={job.number}
          class="job-tab"
          href={paths.job(build.project_id, base, job.number)}
          aria-current={job.number === current ? 'page' : undefined}
          data-testid="job-tab"
          data-status={job.status}
        >
          <StatusIcon status={job.status} />
          <span class="ellipsis">{job.title}</span>
          {job.started_at && (
            <span class="job-time">
              <Duration from={job.started_at} to={job.finished_at} />
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}
