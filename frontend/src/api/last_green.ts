import { listBuilds } from './projects';
import type { Build, Job, JobLog } from './types';

const PAGE_SIZE = 20;
/** Of builds that passed, for one that has the job. */
const MOST_PAGES = 5;

export interface GreenJob {
  build: Build;
  job: Job;
  log: JobLog;
}

/** The log of the newest run before `build` in which the same job passed: on its branch, else on any. */
export async function findLastGreen(build: Build, job: Job, signal?: AbortSignal): Promise<GreenJob | null> {
  return (
    (await findAmong(build, job, (other) => other.ref === build.ref, build.branch, signal)) ??
    findAmong(build, job, () => true, '', signal)
  );
}

async function findAmong(
  build: Build,
  job: Job,
  fits: (other: Build) => boolean,
  branch: string,
  signal?: AbortSignal,
): Promise<GreenJob | null> {
  let before: number | null = build.number;
  for (let pages = 0; pages < MOST_PAGES && before !== null; pages++) {
    const filter = { status: 'success' as const, branch, author: '', text: '' };
    const page = await listBuilds(build.project_id, { before, limit: PAGE_SIZE, filter }, signal);
    for (const other of page.builds.filter(fits)) {
      const found = sameOf(other.jobs, job);
      if (found?.log && !found.log.expired) return { build: other, job: found, log: found.log };
    }
    before = page.next_before;
  }
  return null;
}

/** The one of the same hook; when that is not there any more, of the same title. */
function sameOf(jobs: Job[], job: Job): Job | undefined {
  const green = jobs.filter(({ status }) => status === 'success');
  return (
    green.find(({ hook_id: hook }) => hook === job.hook_id) ?? green.find(({ title }) => title === job.title)
  );
}
