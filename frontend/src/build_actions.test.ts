import { describe, expect, it } from 'vitest';
import type { Attempt, Build, Job, Status } from './api/types';
import {
  awaitsApproval,
  cancelOf,
  endedOf,
  hasAttempts,
  isNow,
  jobOfAttempt,
  toneOf,
} from './build_actions';

const job = (status: Status, cancelling = false, attempt = 1) =>
  ({ number: 1, status, cancelling, attempt, gate: 'open', title: 'Now' }) as Job;
const build = (status: Status, approver?: string | null) =>
  ({ status, approval: approver === undefined ? null : { approver, approved_at: null } }) as Build;

it('P4: waits for approval until somebody approves or it has ended', () => {
  expect(awaitsApproval(build('enqueued', null))).toBe(true);
  expect(toneOf(build('enqueued', null))).toBe('approval');
  expect(awaitsApproval(build('enqueued', 'ada'))).toBe(false);
  expect(awaitsApproval(build('cancelled', null))).toBe(false);
  expect(toneOf(build('cancelled', null))).toBe('cancelled');
  expect(awaitsApproval(build('enqueued'))).toBe(false);
});

describe('cancelling', () => {
  it.each([
    [[job('success'), job('cancelled')], 'none'],
    [[job('success'), job('enqueued')], 'possible'],
    [[job('pending', true), job('enqueued')], 'possible'],
    [[job('pending', true), job('failure')], 'under way'],
  ])('%#', (jobs, expected) => {
    expect(cancelOf(jobs)).toBe(expected);
  });
});

it('P27: counts what can be run again', () => {
  const jobs = [job('success'), job('failure'), job('error'), job('cancelled'), job('pending')];
  expect(endedOf(jobs)).toEqual({ ended: 4, failed: 3 });
  expect(endedOf([job('enqueued')])).toEqual({ ended: 0, failed: 0 });
});

it('P27: offers attempts once there is more than one, or one before the next', () => {
  expect(hasAttempts(job('success'), null)).toBe(false);
  expect(hasAttempts(job('success'), 1)).toBe(false);
  expect(hasAttempts(job('success'), 2)).toBe(true);
  expect(hasAttempts(job('success', false, 2), null)).toBe(true);
  expect(hasAttempts(job('enqueued', false, 1), null)).toBe(true);
  expect(hasAttempts(job('enqueued', false, 0), null)).toBe(false);
});

it('P27: keeps to the attempt of the address once there is a newer one', () => {
  expect(isNow(job('success', false, 2), null)).toBe(true);
  expect(isNow(job('success', false, 2), 2)).toBe(true);
  expect(isNow(job('enqueued', false, 2), 2)).toBe(false);
  expect(isNow(job('success', false, 3), 2)).toBe(false);
});

it('P27: shows an old attempt as it was then', () => {
  const then = { number: 1, status: 'error', title: 'Then', reason: 'Runner lost.' } as Attempt;
  expect(jobOfAttempt(job('pending', true, 2), then)).toMatchObject({
    number: 1,
    attempt: 1,
    status: 'error',
    title: 'Then',
    reason: 'Runner lost.',
    cancelling: false,
    gate: null,
  });
});
