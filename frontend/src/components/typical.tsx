import { listBuilds } from '../api/projects';
import type { Build } from '../api/types';
import { progressOf } from '../build_progress';
import { durationsOf, spanOf } from '../durations';
import { formatDuration } from '../format';
import { now } from '../state/clock';
import { useResource } from '../state/resource';

/** Enough to tell what is typical, however odd one is. */
const BUILDS = 20;

/** How long the project's builds take that pass; and how far this one is, while it runs. */
export function Typical({ build }: { build: Build }) {
  const { value } = useResource(`typical ${build.project_id}`, (signal) =>
    listBuilds(
      build.project_id,
      { limit: BUILDS, filter: { status: 'success', branch: '', author: '', text: '' } },
      signal,
    ),
  ).value;
  const typical = value && durationsOf(value.builds).typical;
  const { from } = spanOf(build);
  if (typical === null || typical === undefined) return <>–</>;
  return (
    <>
      {formatDuration(typical, true)}
      {build.status === 'pending' && from && <Progress from={from} typical={typical} />}
    </>
  );
}

function Progress({ from, typical }: { from: string; typical: number }) {
  const { part, over } = progressOf(now.value - Date.parse(from), typical);
  const words = over ? 'It takes longer than usual' : 'How far it is, as others of this project went';
  return (
    <>
      {over && <span class="build-over"> · overdue</span>}
      <progress
        class={over ? 'build-progress build-progress-over' : 'build-progress'}
        value={part}
        aria-label={words}
        title={words}
        data-testid="build-progress"
      />
    </>
  );
}
