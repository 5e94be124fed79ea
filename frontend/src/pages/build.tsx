import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getBuild, getProject } from '../api/client';
import type { Build, Project } from '../api/types';
import { BuildHeader, BuildHeaderSkeleton } from '../components/build_header';
import { JobPanel } from '../components/job_panel';
import { JobTabs } from '../components/job_tabs';
import { NotFound, Notice, Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { useTitle } from '../components/title';
import { watchProject } from '../live/client';
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
          } else if (wanted === 'latest' && !shown.value && shown.error?.status === 404) {
            resource.reload();
          }
        }
      }),
    [id, wanted],
  );

  const name = project.value.value?.repository ?? '';
  useTitle(build ? `#${build.number} ${name}` : name, build?.status ?? null);

  if (project.value.error?.status === 404) return <NotFound what="Project" />;
  const nav = (
    <ProjectNav id={id} project={project.value.value} current={wanted}>
      {build && wanted === 'latest' && newest.value > build.number && (
        <button type="button" class="newer" data-testid="newer" onClick={resource.reload}>
          Newer build: #{newest.value}
        </button>
      )}
    </ProjectNav>
  );
  if (!build) {
    return (
      <>
        {nav}
        {error ? (
          <WithoutBuild wanted={wanted} error={error} project={project.value.value} retry={resource.reload} />
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

function WithoutBuild(props: {
  wanted: number | 'latest';
  error: Parameters<typeof Problem>[0]['error'];
  project: Project | null;
  retry: () => void;
}) {
  if (props.wanted !== 'latest' || props.error.status !== 404) {
    return <Problem what="Build" error={props.error} retry={props.retry} />;
  }
  return (
    <Notice title="No builds yet" testId="no-builds">
      <p>
        Push a commit{props.project ? <> to <strong>{props.project.repository}</strong></> : null}, and
        its build appears here by itself.
      </p>
    </Notice>
  );
}
