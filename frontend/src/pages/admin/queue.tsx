import { listQueue } from '../../api/admin';
import type { QueuedJob } from '../../api/types';
import { BranchIcon } from '../../components/icons';
import { Empty, Loading } from '../../components/section';
import { RelativeTime } from '../../components/time';
import { plural } from '../../format';
import { paths } from '../../routes';
import { useReloadEvery } from '../../state/refresh';
import { useResource } from '../../state/resource';
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
  const { value, error } = page.value;
  return (
    <AdminPage title="Queue" current="queue">
      <p class="muted admin-counts" data-testid="queue-counts">
        {value ? `Waiting: ${count(value.waiting)}. Running: ${count(value.running)}.` : '…'}
      </p>
      {!value && <Loading what="Queue" error={error} retry={page.reload} />}
      {value?.jobs.length === 0 && (
        <Empty testId="no-jobs">
          <p class="muted">No job waits.</p>
        </Empty>
      )}
      {value && value.jobs.length > 0 && (
        <ol class="rows">
          {value.jobs.map((job) => (
            <Row key={`${job.project_id}/${job.build}/${job.job}`} job={job} />
          ))}
        </ol>
      )}
      <Pager path={paths.queue} page={token} next={value?.next_page_token ?? null} />
    </AdminPage>
  );
}

function Row({ job }: { job: QueuedJob }) {
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
        </span>
      </span>
      <span class="small muted nowrap">
        <RelativeTime time={job.queued_at} />
      </span>
    </li>
  );
}
