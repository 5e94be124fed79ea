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

test('when, how long, how large, how far and which one make no difference', () => {
  for (const [one, other] of [
    ['12:30:01.250 built 0a1b2c3d4e in 1,204.5 ms  ', '09:01:59.001 built ffee001122 in 7 ms'],
    ['2026-11-30T12:00:00Z run 3f2504e0-4f89-11d3-9a0c-0305e82c3301', '2025-01-02T03:04:05Z run 3f2504e1-0f89-11d3-9a0c-0305e82c3302'],
    ['[ 7/120] compile a', '[ 99/121] compile a'],
    ['fetched 1.2 MB (300 kB/s), 80 %, in 2 m 13 s', 'fetched 900 kB (1.5 MB/s), 7 %, in 1 m 02 s'],
    ['pid 12345 at 0x7ffe10', 'pid 23456789 at 0x10'],
    ['ok  kozmic/log  0.137s', 'ok  kozmic/log  12.001s'],
  ] as const) {
    expect(shapeOf(one)).toBe(shapeOf(other));
  }
});

test('small numbers do: expected 3, got 7', () => {
  expect(shapeOf('expected 3, got 7')).toBe('expected 3, got 7');
  expect(newLines(['expected 3, got 3', '120 passed, 0 failed'], ['expected 3, got 7', '120 passed, 2 failed'])).toEqual([
    'expected 3, got 7', '120 passed, 2 failed',
  ]);
  expect(shapeOf('defaced')).toBe('defaced');
});

test('a line that is made to be read slowly is not: only its beginning is looked at closely', () => {
  const after = `${'x'.repeat(500)} 12:30:01`;
  expect(shapeOf(after)).toBe(after);
  const parts = ['abcd-', '1,', '1 ', '1.', '0x1-', '12:34:5'];
  for (const part of parts) {
    const line = `${part.repeat(Math.ceil(65_536 / part.length))}1_`;
    expect(newLines([line], [line])).toEqual([]);
  }
});

test('only what the other log has nowhere is new', () => {
  const base = ['fetch a', 'compile a', 'compile b', 'tested in 3 s'];
  expect(newLines(base, ['fetch a', 'compile b', 'warning: odd', 'compile a', 'tested in 4 s'])).toEqual(['warning: odd']);
  expect(newLines(base, base)).toEqual([]);
  expect(newLines([], ['a', ''])).toEqual(['a', '']);
});

test('long logs are compared in steps', () => {
  const base = Array.from({ length: 3_000 }, (_, i) => `line number ${i}`);
  expect(newLines(base, [...base, 'and one more'])).toEqual(['and one more']);
});
