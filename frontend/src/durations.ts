import type { Build } from './api/types';

/** A build that has ended, as a bar. */
export interface Bar {
  build: Build;
  milliseconds: number;
  /** Of the tallest bar, from 0 to 1. */
  height: number;
}

export interface Durations {
  /** Oldest first. */
  bars: Bar[];
  /** In milliseconds, of those that passed; null for none. */
  typical: number | null;
  /** Of those with a verdict; null for none. */
  passed: number | null;
}

/**
 * From when to when a build ran. One that was restarted stood still in between: then it is as long as
 * what was run again, or, when that is over, as its longest job.
 */
export function spanOf(build: Build): { from: string | null; to: string | null } {
  const { generation, jobs, started_at: from, finished_at: to } = build;
  if (generation <= 1) return { from, to };
  const running = jobs.filter(({ status, started_at }) => status === 'pending' && started_at !== null);
  if (to === null && running.length > 0) {
    return { from: running.map((job) => job.started_at ?? '').sort()[0] ?? null, to: null };
  }
  const spans = jobs
    .filter(({ started_at, finished_at }) => started_at !== null && finished_at !== null)
    .map((job) => ({ from: job.started_at, to: job.finished_at }));
  const longest = spans.sort((a, b) => lengthOf(b) - lengthOf(a))[0];
  return longest ?? { from, to };
}

const lengthOf = ({ from, to }: { from: string | null; to: string | null }) =>
  Math.max(0, Date.parse(to ?? '') - Date.parse(from ?? ''));

/** How long builds took and what became of them; of those that have run to an end. */
export function durationsOf(builds: readonly Build[]): Durations {
  const ended = builds.filter(({ started_at, finished_at }) => started_at !== null && finished_at !== null);
  const took = (build: Build) => lengthOf(spanOf(build));
  const longest = Math.max(1, ...ended.map(took));
  const bars = [...ended]
    .sort((a, b) => a.number - b.number)
    .map((build) => ({ build, milliseconds: took(build), height: took(build) / longest }));
  const verdicts = ended.filter(({ status }) => status === 'success' || status === 'failure');
  const good = verdicts.filter(({ status }) => status === 'success');
  const times = good.map(took).sort((a, b) => a - b);
  return {
    bars,
    typical: times[Math.floor((times.length - 1) / 2)] ?? null,
    passed: verdicts.length === 0 ? null : good.length / verdicts.length,
  };
}
