import type { ComponentChildren } from 'preact';
import { listAttempts } from '../api/builds';
import type { Attempt, Build, Job } from '../api/types';
import { isNow, jobOfAttempt } from '../build_actions';
import { paths } from '../routes';
import { useReloadOn } from '../state/refresh';
import { useResource } from '../state/resource';
import { JobPanel } from './job_panel';
import { NotFound, Problem } from './notice';
import { StatusIcon } from './status';

/** A job that was tried more than once: which time is looked at, and how that went. */
export function Attempts(props: {
  build: Build;
  job: Job;
  /** As the address says; the job as it is now belongs to it. */
  base: number | 'latest';
  /** null: the job as it is now. */
  wanted: number | null;
  /** What can be done with the job. */
  tools: ComponentChildren;
}) {
  const { build, job, base, wanted, tools } = props;
  const { project_id: project, number } = build;
  const resource = useResource(`attempts ${project} ${number} ${job.number}`, (signal) =>
    listAttempts(project, number, job.number, signal),
  );
  useReloadOn(resource, `${job.attempt} ${job.status}`);
  const { value: attempts, error } = resource.value;
  const then = attempts?.find((attempt) => attempt.number === wanted);
  const now = isNow(job, wanted);
  const shown = now ? job : then && jobOfAttempt(job, then);
  const head = <AttemptTabs attempts={attempts ?? []} {...{ build, job, base, wanted }} />;
  if (shown) return <JobPanel build={build} job={shown} head={head} tools={now && tools} />;
  return (
    <section class="job-panel" aria-busy={!attempts && !error}>
      {head}
      {attempts && <NotFound what="Attempt" />}
      {!attempts && error && <Problem what="Attempt" error={error} retry={resource.reload} />}
      {!attempts && !error && <div class="log-box" />}
    </section>
  );
}

function AttemptTabs(props: {
  attempts: Attempt[];
  build: Build;
  job: Job;
  base: number | 'latest';
  wanted: number | null;
}) {
  const { attempts, build, job, base, wanted } = props;
  const now = isNow(job, wanted);
  const old = attempts.filter(({ number }) => job.status === 'enqueued' || number !== job.attempt);
  return (
    <nav class="attempts" aria-label="Attempts" data-testid="attempts">
      <a
        class="attempt"
        href={paths.job(build.project_id, base, job.number)}
        aria-current={now ? 'page' : undefined}
        data-testid="attempt"
        data-status={job.status}
      >
        <StatusIcon status={job.status} />
        {job.status === 'enqueued' ? 'Next attempt' : `Attempt ${job.attempt}`}
      </a>
      {old.map(({ number, status, reason }) => (
        <a
          key={number}
          class="attempt"
          href={paths.job(build.project_id, build.number, job.number, number)}
          aria-current={!now && number === wanted ? 'page' : undefined}
          title={reason}
          data-testid="attempt"
          data-status={status}
        >
          <StatusIcon status={status} />
          Attempt {number}
        </a>
      ))}
    </nav>
  );
}
