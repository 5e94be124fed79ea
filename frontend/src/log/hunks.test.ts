import { expect, test } from 'vitest';
import { hunksOf } from './hunks';

test('rows near each other are shown together, each once', () => {
  const rows = (hunk: { rows: { row: number; isNew: boolean }[] }) =>
    hunk.rows.map(({ row, isNew }) => (isNew ? `${row}!` : `${row}`)).join(' ');
  expect(hunksOf([0, 4, 9], 20, 1).map(rows)).toEqual(['0! 1', '3 4! 5', '8 9! 10']);
  expect(hunksOf([0, 3], 20, 1).map(rows)).toEqual(['0! 1 2 3! 4']);
  expect(hunksOf([4, 5, 8], 10, 2).map(rows)).toEqual(['2 3 4! 5! 6 7 8! 9']);
  expect(hunksOf([0, 2], 3, 1).map(rows)).toEqual(['0! 1 2!']);
  expect(hunksOf([], 10, 2)).toEqual([]);
});
