import { useMemo } from 'preact/hooks';
import type { Build } from '../api/types';
import { toneOf } from '../build_actions';
import { durationsOf } from '../durations';
import { formatDuration, plural } from '../format';
import { navigate } from '../router';
import { paths } from '../routes';
import { statusWord } from './status';

const BAR = 8;
const GAP = 3;
const HEIGHT = 48;
const LOWEST = 3;

/**
 * How long the builds of a page took, beside each other, and what is typical of them. null: not known
 * yet. `all`: they are not chosen by how they ended.
 */
export function DurationChart({ builds, all }: { builds: readonly Build[] | null; all: boolean }) {
  const { bars, typical, passed } = useMemo(() => durationsOf(builds ?? []), [builds]);
  if (builds && bars.length === 0) return null;
  const facts = [
    typical !== null && `typically ${formatDuration(typical, true)} when they pass`,
    all &&
      passed !== null && `${Math.round(passed * 100)} % passed`,
  ].filter((fact) => fact !== false);
  const width = bars.length * (BAR + GAP);
  return (
    <figure class="durations" data-testid="durations">
      <figcaption class="small muted">{builds && `${plural(bars.length, 'build')}: ${facts.join(', ') || 'no verdict'}`}</figcaption>
      {/* The list below says the same to those who do not see it, and has the links. */}
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        style={{ width }}
        preserveAspectRatio="none"
        aria-hidden="true"
        onClick={(event) => {
          const bar = (event.target as Element).closest<SVGElement>('[data-href]');
          if (bar?.dataset.href) navigate(bar.dataset.href);
        }}
      >
        {bars.map(({ build, milliseconds, height }, index) => {
          const tall = Math.max(LOWEST, height * HEIGHT);
          const x = index * (BAR + GAP);
          return (
            <g key={build.number} class="duration" data-href={paths.build(build.project_id, build.number)}>
              <title>
                #{build.number} {statusWord(build.status)}, {formatDuration(milliseconds, true)}
              </title>
              <rect class="duration-ground" x={x} y={0} width={BAR + GAP} height={HEIGHT} />
              <rect class={`duration-bar s-${toneOf(build)}`} x={x} y={HEIGHT - tall} width={BAR} height={tall} rx={1.5} />
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
