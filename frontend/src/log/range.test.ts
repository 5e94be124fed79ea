import { expect, it } from 'vitest';
import { formatRange, parseRange } from './range';

it.each([
  ['#L12', { first: 12, last: 12 }],
  ['#L12-L20', { first: 12, last: 20 }],
  ['#L20-L12', { first: 12, last: 20 }],
  ['#L0', null],
  ['#12', null],
  ['#L1-20', null],
  ['', null],
])('%s', (hash, expected) => {
  expect(parseRange(hash)).toEqual(expected);
});

it('is written as it is read', () => {
  for (const hash of ['#L1', '#L3-L9']) {
    expect(formatRange(parseRange(hash) ?? { first: 0, last: 0 })).toBe(hash);
  }
});
