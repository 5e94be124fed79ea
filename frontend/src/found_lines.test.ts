import { describe, expect, it } from 'vitest';
import type { FoundLine } from './api/log_search';
import { groupFound } from './found_lines';

const found = (build: number, job: number, attempt: number, line: number): FoundLine => ({
  build, job, attempt, line, offset: line * 10, before: '', match: 'x', after: '',
});

describe('groupFound', () => {
  it('groups by build, and by job and attempt within, across pages', () => {
    const lines = [found(9, 1, 2, 5), found(9, 2, 1, 1), found(7, 1, 1, 3), found(9, 1, 2, 6), found(9, 1, 1, 8)];
    expect(groupFound(lines).map(({ build, count, jobs }) => [build, count, jobs.map(({ job, attempt, lines: own }) => [job, attempt, own.map(({ line }) => line)])])).toEqual([
      [9, 4, [[1, 2, [5, 6]], [2, 1, [1]], [1, 1, [8]]]],
      [7, 1, [[1, 1, [3]]]],
    ]);
  });

  it('makes nothing of nothing', () => expect(groupFound([])).toEqual([]));
});
