import { expect, it } from 'vitest';
import type { Build } from '../api/types';
import { mergeBuilds, newerBuild } from './builds';

const build = (number: number, revision: number) => ({ number, revision }) as Build;

it('never goes back to an older state', () => {
  expect(newerBuild(build(1, 5), build(1, 4)).revision).toBe(5);
  expect(newerBuild(build(1, 5), build(1, 6)).revision).toBe(6);
});

it('lets a list grow at its new end only', () => {
  const list = [build(5, 1), build(4, 1)];
  const changed = [build(6, 1), build(4, 2), build(3, 9)];
  expect(mergeBuilds(list, changed, true)).toEqual([build(6, 1), build(5, 1), build(4, 2)]);
  expect(mergeBuilds(list, changed, false)).toEqual([build(5, 1), build(4, 2)]);
});
