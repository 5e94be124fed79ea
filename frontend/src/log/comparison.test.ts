import { expect, test } from 'vitest';
import { logOf } from '../testing/logs';
import { Comparison, shapeOf } from './comparison';

function newLines(base: string[], log: string[]): string[] {
  const store = logOf(log);
  const tasks: (() => void)[] = [];
  const comparison = new Comparison(logOf(base), store, () => {}, (run) => tasks.push(run));
  comparison.start();
  while (tasks.length > 0) tasks.shift()?.();
  expect(comparison.done).toBe(true);
  expect(comparison.progress).toBe(1);
  return comparison.newRows.map((row) => store.text(row));
}

test('times, sizes and ids make no difference', () => {
  expect(shapeOf('12:30:01.250 built 0a1b2c3d4e in 1,204.5 ms  ')).toBe(shapeOf('09:01:59.001 built ffee001122 in 7 ms'));
  expect(shapeOf('run 3f2504e0-4f89-11d3-9a0c-0305e82c3301')).toBe('run 0');
  expect(shapeOf('defaced')).toBe('defaced');
});

test('only what the other log has nowhere is new', () => {
  const base = ['fetch 1', 'compile a', 'compile b', 'ok 120 tests'];
  expect(newLines(base, ['fetch 2', 'compile b', 'warning: odd', 'compile a', 'ok 119 tests'])).toEqual(['warning: odd']);
  expect(newLines(base, base)).toEqual([]);
  expect(newLines([], ['a', ''])).toEqual(['a', '']);
});

test('a number in a line that tells of errors does make one', () => {
  const line = (failed: number) => `120 passed, ${failed} failed`;
  expect(newLines([line(0)], [line(2)])).toEqual([line(2)]);
  expect(newLines([line(2)], [line(2)])).toEqual([]);
});

test('long logs are compared in steps', () => {
  const base = Array.from({ length: 3_000 }, (_, i) => `line number ${i}`);
  expect(newLines(base, [...base, 'and one more'])).toEqual(['and one more']);
});
