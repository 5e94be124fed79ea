import { useEffect } from 'preact/hooks';
import { type BuildFilter, getProject, listBuilds } from '../api/projects';
import type { Build, BuildPage } from '../api/types';
import { awaitsApproval, toneOf } from '../build_actions';
import { filterOf, isFiltered } from '../build_filter';
import { AuthorName, Sha } from '../components/commit';
import { DurationChart } from '../components/duration_chart';
import { HistoryFilter } from '../components/history_filter';
import { Notice, Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { Empty } from '../components/section';
import { StatusIcon } from '../components/status';
import { Duration, RelativeTime } from '../components/time';
import { useTitle } from '../components/title';
import { RefName } from '../components/trigger';
import { spanOf } from '../durations';
import { firstLine } from '../format';
import { watchProject } from '../live/client';
import { paths } from '../routes';
import { mergeBuilds } from '../state/builds';
import { useResource } from '../state/resource';

const PAGE_SIZE = 50;

/** The next builds that there are, however far back. */
async function findBuilds(project: number, filter: BuildFilter, before: number | null, signal?: AbortSignal): Promise<BuildPage> {
  for (let from = before; ; ) {
    const page = await listBuilds(project, { before: from, limit: PAGE_SIZE, filter }, signal);
    if (page.builds.length > 0 || page.next_before === null) return page;
    from = page.next_before;
  }
}

/** A project's builds, newest first; the first page is live. */
export function HistoryPage({ project: id, query }: { project: number; query: URLSearchParams }) {
  const before = Number(query.get('before')) || null;
  const filter = filterOf(query);
  const filtered = isFiltered(filter);
  const project = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const page = useResource(`builds ${id} ${paths.history(id, before, filter)}`, (signal) => findBuilds(id, filter, before, signal));
  useTitle(project.value.value ? `History · ${project.value.value.repository}` : 'History');

  useEffect(
    () =>
      watchProject(id, (update) => {
        const known = page.peek();
        if (!known.value) return;
        const builds = mergeBuilds(known.value.builds, update.builds, before === null && !filtered);
        page.value = { ...known, value: { ...known.value, builds } };
      }),
    [id, before, filtered],
  );

  const { value, error } = page.value;
  const problem = project.value.error?.status === 404 ? project.value.error : error;
  if (!value && problem) return <Problem what="Project" error={problem} retry={page.reload} />;
  return (
    <>
      <ProjectNav id={id} project={project.value.value} current="history" />
      <h1 class="visually-hidden">Build history</h1>
      {(filtered || value?.builds.length !== 0) && <HistoryFilter project={id} filter={filter} />}
      <DurationChart builds={value?.builds ?? null} all={filter.status === null} />
      {value?.builds.length === 0 ? (
        <Nothing filtered={filtered} />
      ) : (
        <ol class="history" aria-busy={!value}>
          {value
            ? value.builds.map((build) => <HistoryRow key={build.number} build={build} />)
            : Array.from({ length: 16 }, (_, index) => (
                <li key={index} class="history-row">
                  <span class="skeleton skeleton-title" />
                  <span class="skeleton skeleton-fact" />
                </li>
              ))}
        </ol>
      )}
      <div class="pager">
        {before !== null && (
          <a class="button" href={paths.history(id, null, filter)}>
            Newest
          </a>
        )}
        {value && value.next_before !== null && (
          <a class="button" href={paths.history(id, value.next_before, filter)} data-testid="older">
            Older
          </a>
        )}
      </div>
    </>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <Empty testId="no-such-builds">
        <p class="muted">No build is like that.</p>
      </Empty>
    );
  }
  return (
    <Notice title="No builds yet">
      <p>The first push makes the first build. A manager can also build a branch now.</p>
    </Notice>
  );
}

function HistoryRow({ build }: { build: Build }) {
  const { from, to } = spanOf(build);
  return (
    <li class={`history-row s-${toneOf(build)}`} data-testid="history-row" data-status={build.status}>
      <div class="history-main">
        <StatusIcon status={build.status} approval={awaitsApproval(build)} />
        <span class="history-number">#{build.number}</span>
        <a class="stretched ellipsis" href={paths.build(build.project_id, build.number)}>
          {firstLine(build.message) || 'Build'}
        </a>
      </div>
      <div class="facts">
        <AuthorName build={build} />
        <RefName build={build} />
        <Sha build={build} link={false} />
        <span class="fact history-duration">
          {from && <Duration from={from} to={to} />}
        </span>
        <span class="fact fact-end">
          <RelativeTime time={build.finished_at ?? build.started_at ?? build.created_at} />
        </span>
      </div>
    </li>
  );
}
