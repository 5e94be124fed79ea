import { useMemo, useState } from 'preact/hooks';
import { listAttempts } from '../api/builds';
import { ApiError } from '../api/errors';
import { findLastGreen, type GreenJob } from '../api/last_green';
import { getBuild, getProject } from '../api/projects';
import type { JobLog } from '../api/types';
import { isNow, jobOfAttempt } from '../build_actions';
import { Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { Empty } from '../components/section';
import { useTitle } from '../components/title';
import { formatNumber, plural } from '../format';
import { type Hunk, hunksOf } from '../log/hunks';
import { formatRange } from '../log/range';
import type { LogStore } from '../log/store';
import { paths } from '../routes';
import { useComparison } from '../state/log_comparison';
import { useResource } from '../state/resource';
import '../styles/search.css';

/** Lines that are shown before and after a new one. */
const AROUND = 2;
const MOST_ROWS = 1_000;
/** Both logs are kept whole while they are compared. */
const MOST_BYTES = 250_000_000;

interface Sides {
  title: string;
  log: JobLog;
  green: GreenJob | null;
}

/** Which attempt's log is looked at, and the one that it is compared with. */
async function loadSides(props: Props, signal: AbortSignal): Promise<Sides> {
  const { project, build: number, job: jobNumber, attempt } = props;
  const build = await getBuild(project, number, signal);
  const job = build.jobs.find((one) => one.number === jobNumber);
  const missing = new ApiError(404, 'not_found', 'There is no such log.');
  if (!job) throw missing;
  let then = job;
  if (!isNow(job, attempt)) {
    const attempts = await listAttempts(project, number, jobNumber, signal);
    const found = attempts.find((one) => one.number === attempt);
    if (!found) throw missing;
    then = jobOfAttempt(job, found);
  }
  if (!then.log || then.log.expired) throw missing;
  return { title: then.title, log: then.log, green: await findLastGreen(build, then, signal) };
}

interface Props {
  project: number;
  build: number;
  job: number;
  attempt: number | null;
}

/** The lines of a failed job's log that the last one that passed has not. */
export function ComparePage(props: Props) {
  const { project: id, build, job, attempt } = props;
  const project = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const sides = useResource(`compare ${id} ${build} ${job} ${attempt}`, (signal) => loadSides(props, signal));
  const { value: known } = project.value;
  const { value, error } = sides.value;
  useTitle(known ? `New in #${build} · ${known.repository}` : 'New lines');
  if (!value && error) return <Problem what="Log" error={error} retry={sides.reload} />;
  return (
    <>
      <ProjectNav id={id} project={known} current={build} />
      <h1 class="page-title page-title-tight">New since the last green log</h1>
      {!value && <Progress words="Looking for a green log…" value={null} />}
      {value?.green === null && (
        <Empty testId="no-green">
          <p class="muted">This job has not passed before, or the logs of when it did are no longer kept.</p>
        </Empty>
      )}
      {value?.green && isTooLarge(value.log, value.green.log) && (
        <Empty testId="too-large">
          <p class="muted">The two logs are too large to be compared in a browser.</p>
        </Empty>
      )}
      {value?.green && !isTooLarge(value.log, value.green.log) && (
        <Comparing props={props} title={value.title} log={value.log} green={value.green} />
      )}
    </>
  );
}

const isTooLarge = (one: JobLog, other: JobLog) => one.size + other.size > MOST_BYTES;

function Progress({ words, value }: { words: string; value: number | null }) {
  return (
    <output class="search-state">
      <progress aria-label={words} value={value ?? undefined} />
      <span class="muted">{words}</span>
    </output>
  );
}

function Comparing(all: { props: Props; title: string; log: JobLog; green: GreenJob }) {
  const { props, title, log, green } = all;
  const [retries, setRetries] = useState(0);
  const { progress, result, error } = useComparison(green.log, log, retries);
  const { project, build, job } = props;
  const attempt = Number(log.id.split('/').at(-1));
  const shown = result?.newRows.slice(0, MOST_ROWS) ?? [];
  const hunks = useMemo(() => (result ? hunksOf(shown, result.store.rowCount, AROUND) : []), [result]);
  if (error) return <Problem what="Log" error={error} retry={() => setRetries(retries + 1)} />;
  return (
    <>
      <p class="muted compared" data-testid="compared">
        Lines of <a href={paths.job(project, build, job, attempt)}>build #{build}, {title}</a>, that{' '}
        <a href={paths.job(project, green.build.number, green.job.number, green.job.attempt)}>
          build #{green.build.number}
        </a>{' '}
        on <span class="anywhere">{green.build.branch}</span> does not have. Times, durations, sizes, progress and ids make no difference.
      </p>
      {!result && <Progress words="Comparing…" value={progress} />}
      {result && (
        <section aria-label="New lines">
          <div class="search-state">
            <output class="muted" data-testid="new-count">
              {result.newRows.length === 0 ? 'No line is new.' : `${plural(result.newRows.length, 'new line')}`}
              {result.newRows.length > MOST_ROWS && `, the first ${formatNumber(MOST_ROWS)} of them:`}
            </output>
          </div>
          {hunks.map((hunk) => (
            <HunkLines
              key={hunk.rows[0]?.row}
              hunk={hunk}
              store={result.store}
              path={paths.job(project, build, job, attempt)}
            />
          ))}
        </section>
      )}
    </>
  );
}

function HunkLines({ hunk, store, path }: { hunk: Hunk; store: LogStore; path: string }) {
  return (
    <ol class="found found-lines" data-testid="hunk">
      {hunk.rows.map(({ row, isNew }) => {
        const line = store.lineOfRow(row);
        return (
          <li key={row} class={isNew ? 'new-line' : 'known-line'} data-testid={isNew ? 'new-line' : undefined}>
            <a class="found-line" href={path + formatRange({ first: line, last: line })}>
              <span class="found-number">{formatNumber(line)}</span>
              <span class="found-sign">
                <span aria-hidden="true">{isNew ? '+' : ' '}</span>
                {isNew && <span class="visually-hidden">New: </span>}
              </span>
              <span class="found-text">{store.text(row)}</span>
            </a>
          </li>
        );
      })}
    </ol>
  );
}
