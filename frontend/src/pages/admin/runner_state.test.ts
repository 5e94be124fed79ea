import { expect, test } from 'vitest';
import type { Runner } from '../../api/types';
import { capacityOf, stateOf } from './runner_state';

const runner = (changes: Partial<Runner> = {}): Runner => ({
  name: 'a', labels: [], slots: 4, version: '', online: true, seen_at: '', started_at: '', paused_by: null,
  paused_at: null, busy: 0, jobs: [], registration: null, ...changes,
});

test('a paused runner that still has jobs is finishing', () => {
  expect(stateOf(runner()).name).toBe('online');
  expect(stateOf(runner({ paused_by: 'ada', busy: 1 })).name).toBe('draining');
  expect(stateOf(runner({ paused_by: 'ada' })).name).toBe('paused');
  expect(stateOf(runner({ paused_by: 'ada', online: false })).name).toBe('offline');
});

test('a revoked runner is out, whatever else it is', () => {
  const registration = { creator: 'ada', created_at: '', rotated_at: null, revoked_by: 'ada', revoked_at: '2026-01-01T00:00:00Z' };
  expect(stateOf(runner({ registration })).name).toBe('revoked');
  expect(stateOf(runner({ registration: { ...registration, revoked_by: null, revoked_at: null } })).name).toBe('online');
});

test('the capacity is of those that get jobs', () => {
  const runners = [runner({ busy: 3 }), runner({ busy: 9 }), runner({ paused_by: 'ada' }), runner({ online: false })];
  expect(capacityOf(runners)).toBe('2 runners online, 7 of 8 places taken');
  expect(capacityOf([runner({ slots: 1 })])).toBe('1 runner online, 0 of 1 place taken');
  expect(capacityOf([])).toMatch(/^No runner gets jobs/);
});
