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

/** How long builds took and what became of them; of those that have run to an end. */
export function durationsOf(builds: readonly Build[]): Durations {
  const ended = builds.filter(({ started_at, finished_at }) => started_at !== null && finished_at !== null);
  const lengthOf = ({ started_at, finished_at }: Build) =>
    Math.max(0, Date.parse(finished_at ?? '') - Date.parse(started_at ?? ''));
  const longest = Math.max(1, ...ended.map(lengthOf));
  const bars = [...ended]
    .sort((a, b) => a.number - b.number)
    .map((build) => ({ build, milliseconds: lengthOf(build), height: lengthOf(build) / longest }));
  const verdicts = ended.filter(({ status }) => status === 'success' || status === 'failure');
  const good = verdicts.filter(({ status }) => status === 'success');
  const times = good.map(lengthOf).sort((a, b) => a - b);
  return {
    bars,
    typical: times[Math.floor((times.length - 1) / 2)] ?? null,
    passed: verdicts.length === 0 ? null : good.length / verdicts.length,
  };
}
