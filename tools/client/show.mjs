// How builds and jobs are told to people: in the words of the pages.
import { clean } from './clean.mjs';

const WORDS = {
  enqueued: 'queued',
  pending: 'running',
  success: 'passed',
  failure: 'failed',
  error: 'error',
  cancelled: 'cancelled',
};
const COLOURS = { pending: 33, success: 32, failure: 31, error: 31, cancelled: 35 };

export const STATUSES = Object.keys(WORDS);

/** The API's name of a status that is given by that or by the word for people; undefined for others. */
export function statusNamed(text) {
  return STATUSES.find((status) => status === text || WORDS[status] === text);
}

/** Tolerates a status that a newer server may have. */
export const wordOf = (status) => WORDS[status] ?? clean(status);

export const hasEnded = (status) => !['enqueued', 'pending'].includes(status);

/** Whether it is queued only until a manager lets it run. */
export const waitsForApproval = (build) =>
  build.status === 'enqueued' && Boolean(build.approval) && build.approval.approved_at === null;

export const buildWord = (build) => (waitsForApproval(build) ? 'needs approval' : wordOf(build.status));

/** Paints by status where that is wanted. */
export function painter(stream, environment) {
  const coloured = stream.isTTY && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return (text, status) =>
    (coloured && COLOURS[status] ? `\u001b[${COLOURS[status]}m${text}\u001b[0m` : text);
}

const two = (number) => String(number).padStart(2, '0');

/** How long something took. */
export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
}

/** How long a build or job has run, by now if it has not ended; empty when it never began. */
export function tookOf({ started_at: began, finished_at: ended }, now) {
  if (!began) return '';
  return duration((ended ? Date.parse(ended) : now) - Date.parse(began));
}

/** How long ago, in the coarsest unit that still says something. */
export function ago(time, now) {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days < 30 ? `${days} d ago` : String(time).slice(0, 10);
}

/** `14:02:11` here. */
export function clock(time) {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}
