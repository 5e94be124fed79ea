import { listPausedProjects, listQueue, moveJob, pauseProject, resumeProject } from '../../api/admin';
import type { PausedProject, QueuedJob } from '../../api/types';
import { ActionButton, Trouble, useAction } from '../../components/action';
import { BranchIcon } from '../../components/icons';
import { Empty, Loading } from '../../components/section';
import { RelativeTime } from '../../components/time';
import { plural } from '../../format';
import { paths } from '../../routes';
import { useReloadEvery } from '../../state/refresh';
import { useResource } from '../../state/resource';
import { say } from '../../state/toast';
import { AdminPage, Labels, Pager, REFRESH_MS } from './admin_page';

const PAGE_SIZE = 50;
/** The server counts no further. */
const MOST_COUNTED = 10_000;

const count = (number: number) => (number >= MOST_COUNTED ? `${plural(number, 'job')} or more` : plural(number, 'job'));

/** All jobs that wait, in the order in which runners take them, each with why. */
export function QueuePage({ query }: { query: URLSearchParams }) {
  const token = query.get('page');
  const page = useResource(`queue ${token}`, (signal) => listQueue(token, PAGE_SIZE, signal));
  useReloadEvery(page, REFRESH_MS);
  const paused = useResource('paused projects', listPausedProjects);
  useReloadEvery(paused, REFRESH_MS);
  const { value, error } = page.value;
  const held = paused.value.value ?? [];
  const changed = () => {
    page.reload();
    paused.reload();
  };
  return (
    <AdminPage title="Queue" current="queue">
      <p class="muted admin-counts" data-testid="queue-counts">
        {value ? `Waiting: ${count(value.waiting)}. Running: ${count(value.running)}.` : '…'}
      </p>
      {held.length > 0 && (
        <ul class="rows" aria-label="Paused projects">
          {held.map((project) => (
            <PausedRow key={project.project_id} project={project} changed={changed} />
          ))}
        </ul>
      )}
      {!value && <Loading what="Queue" error={error} retry={page.reload} />}
      {value?.jobs.length === 0 && (
        <Empty testId="no-jobs">
          <p class="muted">No job waits.</p>
        </Empty>
      )}
      {value && value.jobs.length > 0 && (
        <ol class="rows">
          {value.jobs.map((job) => (
            <Row
              key={`${job.project_id}/${job.build}/${job.job}`}
              job={job}
              pausable={held.every((project) => project.project_id !== job.project_id)}
              changed={changed}
            />
          ))}
        </ol>
      )}
      <Pager path={paths.queue} page={token} next={value?.next_page_token ?? null} />
    </AdminPage>
  );
}

/** One whose jobs no runner is given. */
function PausedRow({ project, changed }: { project: PausedProject; changed: () => void }) {
  const { project_id: id, repository, paused_by: by, paused_at: at, waiting } = project;
  const resume = useAction(async () => {
    await resumeProject(id);
    say(`${repository} goes on.`);
    changed();
  });
  return (
    <li class="row" data-testid="paused-project">
      <span class="row-main">
        <span class="row-title">
          <a class="anywhere" href={paths.latest(id)}>
            {repository}
          </a>
          <span class="pill s-error">Paused</span>
        </span>
        <span class="facts">
          <span class="fact">
            By {by} <RelativeTime time={at ?? ''} />
          </span>
          <span class="fact">Waiting: {plural(waiting, 'job')}</span>
        </span>
        <Trouble error={resume.error} />
      </span>
      <span class="row-actions">
        <ActionButton
          action={resume}
          class="button-small"
          label="Resume"
          ariaLabel={`Resume ${repository}`}
          runningLabel="Resuming…"
          testId="resume-project"
        />
      </span>
    </li>
  );
}

function Row({ job, pausable, changed }: { job: QueuedJob; pausable: boolean; changed: () => void }) {
  const name = `${job.repository} #${job.build} · ${job.title}`;
  const first = useAction(async () => {
    await moveJob(job, 'first');
    say(`${name} is first now.`);
    changed();
  });
  const pause = useAction(async () => {
    await pauseProject(job.project_id);
    say(`${job.repository} is paused.`);
    changed();
  });
  return (
    <li class="row" data-testid="queued-job">
      <span class="row-main">
        <span class="row-title">
          <a class="anywhere" href={paths.job(job.project_id, job.build, job.job)}>
            {job.repository} #{job.build} · {job.title}
          </a>
          <Labels labels={job.labels} />
        </span>
        <span class="facts">
          <span class="fact">
            <BranchIcon />
            <span class="ellipsis">{job.branch}</span>
          </span>
          <span class="fact">{job.wait.sentence}</span>
          <span class="fact">
            <RelativeTime time={job.queued_at} />
          </span>
        </span>
        <Trouble error={first.error ?? pause.error} />
      </span>
      <span class="row-actions">
        <ActionButton
          action={first}
          class="button-small"
          label="Put first"
          ariaLabel={`Put first: ${name}`}
          runningLabel="Moving…"
          testId="move-first"
        />
        {pausable && (
          <ActionButton
            action={pause}
            class="button-small"
            label="Pause project"
            ariaLabel={`Pause project ${job.repository}`}
            runningLabel="Pausing…"
            testId="pause-project"
          />
        )}
      </span>
    </li>
  );
}
