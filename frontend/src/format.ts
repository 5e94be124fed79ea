/** How long something took, for people. `exact` shows more below 10 s, for what has ended. */
export function formatDuration(ms: number, exact = false): string {
  const total = Math.max(0, ms) / 1000;
  if (exact && total < 1) return `${Math.round(total * 1000)} ms`;
  if (exact && total < 10) return `${total.toFixed(1)} s`;
  const seconds = exact ? Math.round(total) : Math.floor(total);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${pad(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
}

/** How long ago, in the coarsest unit that still says something. */
export function formatRelative(time: number, now: number): string {
  const seconds = Math.floor((now - time) / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  if (days < 30) return days === 1 ? 'yesterday' : `${days} days ago`;
  return formatDay(time);
}

/** `14:02:11, 23 Nov` in the reader's time zone and language. */
export function formatMoment(time: number): string {
  const date = new Date(time);
  const day = date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
  return `${date.toLocaleTimeString(undefined, { hourCycle: 'h23' })}, ${day}`;
}

/** `23 Nov 2025` in the reader's time zone and language. */
export function formatDay(time: string | number): string {
  return new Date(time).toLocaleDateString(undefined, { dateStyle: 'medium' });
}

export function formatNumber(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 line`, `2,000 lines` */
export function plural(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

export function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.trim() ?? '';
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
