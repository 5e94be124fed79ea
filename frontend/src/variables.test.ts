import { expect, it } from 'vitest';
import { faultOfVariables, recordOf, type Variable } from './variables';

const rows = (...pairs: [string, string][]): Variable[] =>
  pairs.map(([name, value], row) => ({ row, name, value }));

it('P8: sends what was typed, without rows in which nothing was', () => {
  const typed = rows([' TARGET ', ' as it is '], ['', ''], ['EMPTY', '']);
  expect(faultOfVariables(typed)).toBe('');
  expect(recordOf(typed)).toEqual({ TARGET: ' as it is ', EMPTY: '' });
});

it.each([
  [rows(['', 'x']), /no name/],
  [rows(['1A', 'x']), /“1A” is not a name/],
  [rows(['A B', 'x']), /is not a name/],
  [rows(['A', '1'], ['A ', '2']), /“A” is there twice/],
  [rows(['CI_TOKEN', 'x']), /our own/],
  [rows(['KOZMIC_REF', 'x']), /our own/],
  [rows(['A'.repeat(101), '']), /longer than 100/],
  [rows(['A', 'é'.repeat(32_768)]), /64 KB/],
  [rows(...Array.from({ length: 101 }, (_, i): [string, string] => [`V${i}`, ''])), /these are 101/],
])('P8: does not send %#', (typed, words) => {
  expect(faultOfVariables(typed)).toMatch(words);
});
