import { formatDuration, formatMoment, formatRelative } from '../format';
import { useTicking } from '../state/clock';

/** "3 min ago", with the exact moment as a tooltip. */
export function RelativeTime({ time }: { time: string }) {
  const at = Date.parse(time);
  const text = useTicking(time, formatRelative);
  return (
    <time dateTime={time} title={formatMoment(at)}>
      {text.value}
    </time>
  );
}

/** The moment itself, with how long ago as a tooltip. */
export function Moment({ time }: { time: string }) {
  return (
    <time dateTime={time} title={new Date(time).toISOString()}>
      {formatMoment(Date.parse(time))}
    </time>
  );
}

/** Time from `from` to `to`; ticks while there is no `to`. */
export function Duration({ from, to }: { from: string; to: string | null }) {
  return to === null ? <Ticking from={from} /> : <>{formatDuration(Date.parse(to) - Date.parse(from), true)}</>;
}

function Ticking({ from }: { from: string }) {
  return <>{useTicking(from, (begin, now) => formatDuration(now - begin)).value}</>;
}
