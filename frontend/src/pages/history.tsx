import { useEffect } from 'preact/hooks';
import { getProject, listBuilds } from '../api/projects';
import type { Build } from '../api/types';
import { awaitsApproval, toneOf } from '../build_actions';
import { AuthorName, Sha } from '../components/commit';
import { Notice, Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { StatusIcon } from '../components/status';
import { Duration, RelativeTime } from '../components/time';
import { useTitle } from '../components/title';
import { RefName } from '../components/trigger';
import { firstLine } from '../format';
import { watchProject } from '../live/client';
import { paths } from '../routes';
import { mergeBuilds } from '../state/builds';
import { useResource } from '../state/resource';

const PAGE_SIZE = 50;

/** A project's builds, newest first; the first page is live. */
export function HistoryPage({ project: id, before }: { project: number; before: number | null }) {
  const project = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const page = useResource(`builds ${id} ${before}`, (signal) =>
    listBuilds(id, { before, limit: PAGE_SIZE }, signal),
  );
  useTitle(project.value.value ? `History · ${project.value.value.repository}` : 'History');

  useEffect(
    () =>
      watchProject(id, (update) => {
        const known = page.peek();
        if (!known.value) return;
        const builds = mergeBuilds(known.value.builds, update.builds, before === null);
        page.value = { ...known, value: { ...known.value, builds } };
      }),
    [id, before],
  );

  const { value, error } = page.value;
  const problem = project.value.error?.status === 404 ? project.value.error : error;
  if (!value && problem) return <Problem what="Project" error={problem} retry={page.reload} />;
  return (
    <>
      <ProjectNav id={id} project={project.value.value} current="history" />
      <h1 class="visually-hidden">Build history</h1>
      {value?.builds.length === 0 ? (
        <Notice title="No builds yet">
          <p>The first push makes the first build. A manager can also build a branch now.</p>
        </Notice>
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
          <a class="button" href={paths.history(id)}>
            Newest
          </a>
        )}
        {value && value.next_before !== null && (
          <a class="button" href={paths.history(id, value.next_before)} data-testid="older">
            Older
          </a>
        )}
      </div>
    </>
  );
}

function HistoryRow({ build }: { build: Build }) {
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
          {build.started_at && <Duration from={build.started_at} to={build.finished_at} />}
        </span>
        <span class="fact fact-end">
          <RelativeTime time={build.finished_at ?? build.started_at ?? build.created_at} />
        </span>
      </div>
    </li>
  );
}
