import { expect, it } from 'vitest';
import type { Job } from './api/types';
import { beginsOf, stepsOf } from './phases';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();
const job = (fields: Partial<Job>) =>
  ({ status: 'pending', queued_at: at(0), finished_at: null, phases: [], ...fields }) as Job;
const phases = [
  { name: 'pull', started_at: at(1), log_offset: 0 },
  { name: 'script', started_at: at(3), log_offset: null },
];

it('N7: each step lasts until the next one begins', () => {
  expect(stepsOf(job({ phases }))).toEqual([
    { name: 'queued', from: at(0), to: at(1), status: 'success' },
    { name: 'pull', from: at(1), to: at(3), status: 'success' },
    { name: 'script', from: at(3), to: null, status: 'pending' },
  ]);
});

it('N7: the last step ends as the job does', () => {
  expect(stepsOf(job({ phases, status: 'failure', finished_at: at(9) })).at(-1)).toEqual({
    name: 'script',
    from: at(3),
    to: at(9),
    status: 'failure',
  });
});

it('has no steps before anything began', () => {
  expect(stepsOf(job({}))).toEqual([]);
  expect(stepsOf(job({ queued_at: null, phases })).map((step) => step.name)).toEqual(['pull', 'script']);
});

it('tells where phases begin in the log, as far as that is known', () => {
  expect(beginsOf(phases)).toEqual([{ offset: 0, name: 'Pull' }]);
  expect(beginsOf([{ name: 'script', started_at: at(3), log_offset: 12 }])).toEqual([{ offset: 12, name: null }]);
});
