import type { Project } from '../api/types';
import { awaitsApproval, toneOf } from '../build_actions';
import { boardOf, countsOf, isBroken, type Results, urgencyOf } from '../board';
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
import { useResults } from '../state/results';
import '../styles/wallboard.css';

/** All projects on a screen that is looked at from afar: what is broken first, live, without anything to operate. */
export function WallboardPage() {
  const resource = useProjects();
  const { value: projects, error } = resource.value;
  const results = useResults(projects);
  const shown = results && projects;
  const counts = shown ? countsOf(shown, results) : '';
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
      <ul class="board" aria-busy={!shown && !error}>
        {shown &&
          boardOf(shown, results).map((project) => <Tile key={project.id} project={project} results={results} />)}
      </ul>
    </main>
  );
}

function Tile({ project, results }: { project: Project; results: Results }) {
  const build = project.latest_build;
  const urgency = urgencyOf(project, results);
  const began = build && spanOf(build).from;
  /** It broke before the latest build. */
  const broke = urgency === 'broken' && build && !isBroken(build) ? results.get(project.id) : undefined;
  const tone = broke ?? build;
  const running = build && (build.status === 'pending' || urgency === 'running');
  return (
    <li class={`tile tile-${urgency} ${tone ? `s-${toneOf(tone)}` : ''}`} data-testid="tile" data-urgency={urgency}>
      <h2 class="tile-name">
        <a class="stretched" href={paths.latest(project.id)}>
          {project.repository}
        </a>
      </h2>
      {build ? (
        <>
          <span class="tile-states">
            {broke && <StatusPill status={broke.status} />}
            <StatusPill status={build.status} approval={awaitsApproval(build)} />
          </span>
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
          {running && <span class="tile-runs" aria-hidden="true" />}
        </>
      ) : (
        <p class="tile-message muted">No builds yet</p>
      )}
    </li>
  );
}
