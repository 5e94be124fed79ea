import type { Project } from '../api/types';
import { awaitsApproval, toneOf } from '../build_actions';
import { boardOf, countsOf, urgencyOf } from '../board';
import { AuthorName } from '../components/commit';
import { Problem } from '../components/notice';
import { ConnectionBanner } from '../components/shell';
import { StatusPill } from '../components/status';
import { Duration, RelativeTime } from '../components/time';
import { useTitle } from '../components/title';
import { RefName } from '../components/trigger';
import { spanOf } from '../durations';
import { firstLine } from '../format';
import { paths } from '../routes';
import { useProjects } from '../state/projects';
import '../styles/wallboard.css';

/** All projects on a screen that is looked at from afar: what is broken first, live, without anything to operate. */
export function WallboardPage() {
  const resource = useProjects();
  const { value: projects, error } = resource.value;
  const counts = countsOf(projects ?? []);
  useTitle(counts === '' ? 'Wallboard' : `Wallboard · ${counts}`);
  return (
    <main class="board-page">
      <ConnectionBanner />
      <header class="board-head">
        <h1 class="board-title">Kozmic CI</h1>
        <output class="board-counts" data-testid="board-counts">
          {counts}
        </output>
        <a class="button button-small" href={paths.projects}>
          Projects
        </a>
      </header>
      {!projects && error && <Problem what="Page" error={error} retry={resource.reload} />}
      <ul class="board" aria-busy={!projects && !error}>
        {boardOf(projects ?? []).map((project) => (
          <Tile key={project.id} project={project} />
        ))}
      </ul>
    </main>
  );
}

function Tile({ project }: { project: Project }) {
  const build = project.latest_build;
  const urgency = urgencyOf(project);
  const began = build && spanOf(build).from;
  return (
    <li class={`tile tile-${urgency} ${build ? `s-${toneOf(build)}` : ''}`} data-testid="tile" data-urgency={urgency}>
      <h2 class="tile-name">
        <a class="stretched" href={paths.latest(project.id)}>
          {project.repository}
        </a>
      </h2>
      {build ? (
        <>
          <StatusPill status={build.status} approval={awaitsApproval(build)} />
          <p class="tile-message ellipsis">{firstLine(build.message)}</p>
          <div class="facts">
            <AuthorName build={build} />
            <RefName build={build} />
            <span class="fact fact-end">
              {build.status === 'pending' && began ? (
                <Duration from={began} to={null} />
              ) : (
                <RelativeTime time={build.finished_at ?? build.created_at} />
              )}
            </span>
          </div>
          {urgency === 'running' && <span class="tile-runs" aria-hidden="true" />}
        </>
      ) : (
        <p class="tile-message muted">No builds yet</p>
      )}
    </li>
  );
}
