import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getBuild, getProject } from '../api/projects';
import type { Build } from '../api/types';
import { BuildHeader, BuildHeaderSkeleton } from '../components/build_header';
import { JobPanel } from '../components/job_panel';
import { JobTabs } from '../components/job_tabs';
import { NotFound, Notice, Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { useTitle } from '../components/title';
import { watchProject } from '../live/client';
import { navigate } from '../router';
import { paths } from '../routes';
import { newerBuild } from '../state/builds';
import { useResource } from '../state/resource';

interface Props {
  project: number;
  build: number | 'latest';
  /** null: the first one. */
  job: number | null;
}

/** One build: what was built, how each job went, and the log of the chosen one. All of it live. */
export function BuildPage({ project: id, build: wanted, job: wantedJob }: Props) {
  const project = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const resource = useResource(`build ${id} ${wanted}`, (signal) => getBuild(id, wanted, signal));
  const newest = useSignal(0);
  const { value: build, error } = resource.value;

  useEffect(
    () =>
      watchProject(id, (update) => {
        for (const changed of update.builds) {
          newest.value = Math.max(newest.peek(), changed.number);
          const shown = resource.peek();
          if (shown.value?.number === changed.number) {
            resource.value = { ...shown, value: newerBuild(shown.value, changed) };
          }
        }
      }),
    [id, wanted],
  );

  const name = project.value.value?.repository ?? '';
  useTitle(build ? `#${build.number} ${name}` : name, build?.status ?? null);

  // Nothing to see before the first build, but something to do: the settings say what.
  const unbuilt = wanted === 'latest' && error?.status === 404;
  const toSettings = unbuilt && project.value.value !== null;
  useEffect(() => {
    if (toSettings) navigate(paths.settings(id), { replace: true });
  }, [toSettings, id]);

  if (project.value.error?.status === 404) return <NotFound what="Project" />;
  const nav = (
    <ProjectNav id={id} project={project.value.value} current={wanted}>
      {build && wanted === 'latest' && newest.value > build.number && (
        <button type="button" class="newer" data-testid="newer" onClick={resource.reload}>
          <span class="newer-words">Newer build: </span>#{newest.value}
        </button>
      )}
    </ProjectNav>
  );
  if (!build) {
    return (
      <>
        {nav}
        {error && !unbuilt ? (
          <Problem what="Build" error={error} retry={resource.reload} />
        ) : (
          <>
            <BuildHeaderSkeleton />
            <div class="job-tabs">
              <span class="job-tab">
                <span class="skeleton skeleton-fact" />
              </span>
            </div>
            <div class="job-panel" aria-busy="true">
              <div class="job-facts" />
              <div class="log-box" />
            </div>
          </>
        )}
      </>
    );
  }
  return (
    <>
      {nav}
      <BuildHeader build={build} />
      <Jobs build={build} wanted={wanted} wantedJob={wantedJob} />
    </>
  );
}

function Jobs(props: { build: Build; wanted: number | 'latest'; wantedJob: number | null }) {
  const { build, wanted, wantedJob } = props;
  const job =
    wantedJob === null ? build.jobs[0] : build.jobs.find(({ number }) => number === wantedJob);
  if (build.jobs.length === 0) {
    return (
      <Notice title="No jobs">
        <p>This build has no jobs.</p>
      </Notice>
    );
  }
  return (
    <>
      <JobTabs build={build} base={wanted} current={job?.number ?? 0} />
      {job ? (
        <JobPanel job={job} permalink={paths.job(build.project_id, build.number, job.number)} />
      ) : (
        <NotFound what="Job" />
      )}
    </>
  );
}
