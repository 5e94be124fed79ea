import { expect, it } from 'vitest';
import { firstLine, formatDuration, formatRelative, plural } from './format';

it.each([
  [0, false, '0 s'],
  [999, false, '0 s'],
  [704, true, '704 ms'],
  [1_234, true, '1.2 s'],
  [59_400, true, '59 s'],
  [61_000, false, '1 m 01 s'],
  [3_725_000, true, '1 h 02 m'],
  [-5, false, '0 s'],
])('%i ms', (ms, exact, text) => {
  expect(formatDuration(ms, exact)).toBe(text);
});

it.each([
  [3, 'just now'],
  [42, '42 s ago'],
  [180, '3 min ago'],
  [7_300, '2 h ago'],
  [90_000, 'yesterday'],
  [400_000, '4 days ago'],
])('%i s ago', (seconds, text) => {
  expect(formatRelative(1_000_000, 1_000_000 + seconds * 1000)).toBe(text);
});

it('reads a message like git does', () => {
  expect(firstLine('Subject \n\nBody')).toBe('Subject');
  expect(plural(1, 'line')).toBe('1 line');
  expect(plural(2_000, 'line')).toBe('2,000 lines');
});
