import type { Runner } from '../../api/types';
import { plural } from '../../format';

export interface RunnerState {
  name: 'online' | 'paused' | 'draining' | 'offline' | 'revoked';
  word: string;
  /** As a status would be coloured. */
  tone: 'success' | 'error' | 'pending' | 'enqueued';
}

/** What an administrator is to know of a runner first. */
export function stateOf({ online, paused_by: pausedBy, busy, registration }: Runner): RunnerState {
  if (registration?.revoked_at) return { name: 'revoked', word: 'Revoked', tone: 'error' };
  if (!online) return { name: 'offline', word: 'Offline', tone: 'enqueued' };
  if (pausedBy === null) return { name: 'online', word: 'Online', tone: 'success' };
  if (busy > 0) return { name: 'draining', word: 'Paused, finishing', tone: 'pending' };
  return { name: 'paused', word: 'Paused', tone: 'error' };
}

/** "2 runners online, 3 of 8 places taken"; of those that get jobs. */
export function capacityOf(runners: Runner[]): string {
  const working = runners.filter((runner) => stateOf(runner).name === 'online');
  if (working.length === 0) return 'No runner gets jobs: none is online that is not paused.';
  const sum = (number: (runner: Runner) => number) => working.reduce((total, one) => total + number(one), 0);
  const taken = sum(({ busy, slots }) => Math.min(busy, slots));
  return `${plural(working.length, 'runner')} online, ${taken} of ${plural(sum(({ slots }) => slots), 'place')} taken`;
}
