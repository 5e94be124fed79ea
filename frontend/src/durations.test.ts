import { describe, expect, it } from 'vitest';
import type { Build, Status } from './api/types';
import { durationsOf, spanOf } from './durations';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();
const build = (number: number, status: Status, seconds: number | null) =>
  ({ number, status, generation: 1, jobs: [], started_at: at(0), finished_at: seconds === null ? null : at(seconds) }) as unknown as Build;

describe('durations', () => {
  it('are bars, the oldest first, of what has ended', () => {
    const { bars } = durationsOf([build(4, 'pending', null), build(3, 'success', 20), build(2, 'failure', 5), build(1, 'cancelled', 40)]);
    expect(bars.map((bar) => [bar.build.number, bar.milliseconds, bar.height])).toEqual([
      [1, 40_000, 1], [2, 5_000, 0.125], [3, 20_000, 0.5],
    ]);
  });

  it('tell what is typical and how much passes', () => {
    const some = [10, 30, 20, 500].map((seconds, index) => build(index + 1, 'success', seconds));
    const { typical, passed } = durationsOf([...some, build(9, 'failure', 1), build(10, 'error', 2)]);
    expect(typical).toBe(20_000);
    expect(passed).toBe(0.8);
  });

  it('of a build that was restarted leave out what was between', () => {
    const job = (status: Status, from: number, to: number | null) =>
      ({ status, started_at: at(from), finished_at: to === null ? null : at(to) });
    const again = (status: Status, end: number | null, jobs: unknown[]) =>
      ({ ...build(7, status, end), generation: 2, jobs }) as unknown as Build;
    const running = again('pending', null, [job('success', 0, 30), job('pending', 90_000, null)]);
    expect(spanOf(running)).toEqual({ from: at(90_000), to: null });
    const ended = again('success', 90_020, [job('success', 0, 30), job('success', 90_000, 90_020)]);
    expect(spanOf(ended)).toEqual({ from: at(0), to: at(30) });
    expect(durationsOf([ended]).bars[0]?.milliseconds).toBe(30_000);
    expect(spanOf(again('enqueued', null, []))).toEqual({ from: at(0), to: null });
  });

  it('of nothing are nothing', () => {
    expect(durationsOf([])).toEqual({ bars: [], typical: null, passed: null });
    expect(durationsOf([build(1, 'success', 0)])).toMatchObject({ typical: 0, passed: 1 });
  });
});
