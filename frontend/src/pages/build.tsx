import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { getBuild, getProject } from '../api/projects';
import type { Build } from '../api/types';
import { awaitsApproval, hasAttempts } from '../build_actions';
import { BuildHeader, BuildHeaderSkeleton } from '../components/build_header';
import { JobPanel, loadLogPanel } from '../components/job_panel';
import { JobTabs } from '../components/job_tabs';
import { lazy } from '../components/lazy';
import { NotFound, Notice, Problem } from '../components/notice';
import { ProjectNav } from '../components/project_nav';
import { useTitle } from '../components/title';
import { watchProject } from '../live/client';
import { atLeast } from '../roles';
import { navigate } from '../router';
import { paths } from '../routes';
import { newerBuild } from '../state/builds';
import { useResource } from '../state/resource';

/** Keeps the place of what is loaded later, where it can be known. */
const ToolsPlace = () => <div class="tools" />;
const parts = () => import('./build_parts');
const BuildTools = lazy(parts, 'BuildTools', ToolsPlace);
const JobTools = lazy(parts, 'JobTools', ToolsPlace);
const ApprovalNotice = lazy(parts, 'ApprovalNotice', ({ manages }) => (
  <div class={manages ? 'approval approval-asks' : 'approval'} />
));
const Attempts = lazy(parts, 'Attempts', () => (
  <section class="job-panel" aria-busy="true">
    <div class="attempts" />
    <div class="log-box" />
  </section>
));

interface Props {
  project: number;
  build: number | 'latest';
  /** null: the first one. */
  job: number | null;
  /** Of the job; null: the newest. */
  attempt: number | null;
}

/** One build: what was built, how each job went, and the log of the chosen one. All of it live. */
export function BuildPage({ project: id, build: wanted, job: wantedJob, attempt }: Props) {
  const project = useResource(`project ${id}`, (signal) => getProject(id, signal));
  const resource = useResource(`build ${id} ${wanted}`, (signal) => getBuild(id, wanted, signal));
  const newest = useSignal(0);
  const title = useRef<HTMLHeadingElement>(null);
  const { value: build, error } = resource.value;

  /** Takes over a newer state of the build that is shown. */
  const show = (changed: Build) => {
    const shown = resource.peek();
    if (shown.value?.number !== changed.number) return;
    resource.value = { ...shown, value: newerBuild(shown.value, changed) };
  };
  useEffect(
    () =>
      watchProject(id, (update) => {
        for (const changed of update.builds) {
          newest.value = Math.max(newest.peek(), changed.number);
          show(changed);
        }
      }),
    [id, wanted],
  );

  // Whether it could be loaded is seen where it is shown.
  useEffect(() => void loadLogPanel().catch(() => {}), []);

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
  // Who may do what with it belongs to it, and would move what is below if it came later.
  const { value: known } = project.value;
  if (!build || (!known && !project.value.error)) {
    return (
      <>
        {nav}
        {!build && error && !unbuilt ? (
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
  const manages = known !== null && atLeast(known.role, 'manager');
  const tools = { build, changed: show, titleRef: title };
  return (
    <>
      {nav}
      <BuildHeader build={build} project={known} titleRef={title}>
        {manages && <BuildTools {...tools} />}
      </BuildHeader>
      {awaitsApproval(build) && (
        <ApprovalNotice {...tools} project={known} manages={manages} />
      )}
      <Jobs {...tools} manages={manages} wanted={wanted} wantedJob={wantedJob} attempt={attempt} />
    </>
  );
}

function Jobs(props: {
  build: Build;
  changed: (build: Build) => void;
  titleRef: RefObject<HTMLHeadingElement>;
  manages: boolean;
  wanted: number | 'latest';
  wantedJob: number | null;
  attempt: number | null;
}) {
  const { build, changed, titleRef, manages, wanted, wantedJob, attempt } = props;
  const job =
    wantedJob === null ? build.jobs[0] : build.jobs.find(({ number }) => number === wantedJob);
  if (build.jobs.length === 0) {
    return (
      <Notice title="No jobs">
        <p>This build has no jobs.</p>
      </Notice>
    );
  }
  const tools = manages && job && (
    <JobTools key={job.number} build={build} job={job} changed={changed} titleRef={titleRef} />
  );
  return (
    <>
      <JobTabs build={build} base={wanted} current={job?.number ?? 0} />
      {!job && <NotFound what="Job" />}
      {job && !hasAttempts(job, attempt) && <JobPanel build={build} job={job} tools={tools} />}
      {job && hasAttempts(job, attempt) && (
        <Attempts build={build} job={job} base={wanted} wanted={attempt} tools={tools} />
      )}
    </>
  );
}
