import type { Project } from '../api/types';
import { awaitsApproval, toneOf } from '../build_actions';
import { Sha } from '../components/commit';
import { LockIcon, QueuedIcon } from '../components/icons';
import { Notice, Problem } from '../components/notice';
import { StatusPill } from '../components/status';
import { RelativeTime } from '../components/time';
import { useTitle } from '../components/title';
import { RefName } from '../components/trigger';
import { firstLine } from '../format';
import { paths } from '../routes';
import { useProjects } from '../state/projects';

/** All projects with their latest build, live. */
export function ProjectsPage() {
  useTitle('Projects');
  const resource = useProjects();
  const { value: projects, error } = resource.value;

  if (!projects && error) return <Problem what="Page" error={error} retry={resource.reload} />;
  if (projects?.length === 0) {
    return (
      <Notice title="No projects yet" testId="no-projects">
        <p>A project is a repository on GitHub that Kozmic CI builds after every push.</p>
        <p>
          <a class="button button-primary button-large" href={paths.repositories}>
            New project
          </a>
        </p>
      </Notice>
    );
  }
  return (
    <>
      <div class="page-head">
        <h1 class="page-title">Projects</h1>
        <a class="button button-small" href={paths.wallboard} data-testid="wallboard">
          Wallboard
        </a>
      </div>
      <ul class="cards" aria-busy={!projects}>
        {projects
          ? projects.map((project) => <ProjectCard key={project.id} project={project} />)
          : [0, 1, 2, 3, 4, 5].map((index) => (
              <li key={index} class="card">
                <span class="skeleton skeleton-title" />
                <span class="skeleton skeleton-name" />
                <span class="skeleton skeleton-fact" />
              </li>
            ))}
      </ul>
    </>
  );
}

function ProjectCard({ project }: { project: Project }) {
  const build = project.latest_build;
  return (
    <li
      class={`card ${build ? `s-${toneOf(build)}` : ''}`}
      data-testid="project-card"
      data-status={build?.status}
    >
      <div class="card-head">
        <h2 class="card-title">
          <a class="stretched" href={paths.latest(project.id)}>
            {project.repository}
          </a>
          {project.private && (
            <span title="Private">
              <LockIcon />
              <span class="visually-hidden">(private)</span>
            </span>
          )}
        </h2>
        {build && <StatusPill status={build.status} approval={awaitsApproval(build)} />}
      </div>
      {build ? (
        <>
          <p class="card-message ellipsis">{firstLine(build.message)}</p>
          <div class="facts">
            <span class="fact">#{build.number}</span>
            <RefName build={build} />
            <Sha build={build} link={false} />
            <span class="fact fact-end">
              <RelativeTime time={build.finished_at ?? build.started_at ?? build.created_at} />
            </span>
          </div>
        </>
      ) : (
        <>
          <p class="card-message muted">Waiting for the first push</p>
          <div class="facts">
            <span class="fact">
              <QueuedIcon />
              No builds yet
            </span>
          </div>
        </>
      )}
    </li>
  );
}
