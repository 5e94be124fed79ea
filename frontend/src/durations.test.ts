import { describe, expect, it } from 'vitest';
import type { Build, Status } from './api/types';
import { durationsOf } from './durations';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();
const build = (number: number, status: Status, seconds: number | null) =>
  ({ number, status, started_at: at(0), finished_at: seconds === null ? null : at(seconds) }) as Build;

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

  it('of nothing are nothing', () => {
    expect(durationsOf([])).toEqual({ bars: [], typical: null, passed: null });
    expect(durationsOf([build(1, 'success', 0)])).toMatchObject({ typical: 0, passed: 1 });
  });
});
