import { expect, test } from 'vitest';
import { progressOf } from './build_progress';

test('a build is as far as others were by then', () => {
  expect(progressOf(30_000, 60_000)).toEqual({ part: 0.5, over: false });
  expect(progressOf(-2_000, 60_000).part).toBe(0);
  expect(progressOf(61_000, 60_000)).toEqual({ part: 1, over: false });
  expect(progressOf(1, 0)).toEqual({ part: 1, over: false });
});

test('it is overdue only when it takes a good deal longer', () => {
  expect(progressOf(5_900, 1_000).over).toBe(false);
  expect(progressOf(6_100, 1_000).over).toBe(true);
  expect(progressOf(71_000, 60_000).over).toBe(false);
  expect(progressOf(73_000, 60_000).over).toBe(true);
});
