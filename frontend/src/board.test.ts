import { describe, expect, it } from 'vitest';
import type { Build, Project, Status } from './api/types';
import { boardOf, countsOf, urgencyOf } from './board';

let last = 0;
function project(status: Status | null, minute = 0, fields: Partial<Build> = {}): Project {
  const created_at = new Date(1_700_000_000_000 + minute * 60_000).toISOString();
  const build = { status, created_at, started_at: null, finished_at: null, approval: null, ...fields } as Build;
  return { id: ++last, repository: `a/${last}`, latest_build: status && build } as Project;
}

describe('a wallboard', () => {
  it('has what is broken first, then what runs, each the newest first', () => {
    const fine = project('success', 9);
    const old = project('failure', 1);
    const fresh = project('error', 5);
    const none = project(null);
    const running = project('pending', 2);
    const queued = project('enqueued', 3);
    const cancelled = project('cancelled', 8);
    expect(boardOf([fine, old, none, running, fresh, queued, cancelled])).toEqual([
      fresh, old, queued, running, fine, cancelled, none,
    ]);
  });

  it('takes the moment something ended for the moment it happened', () => {
    const early = project('success', 1, { finished_at: new Date(1_700_000_000_000 + 600_000).toISOString() });
    const late = project('success', 5);
    expect(boardOf([late, early])).toEqual([early, late]);
  });

  it('does not call running what waits for somebody', () => {
    expect(urgencyOf(project('enqueued', 0, { approval: { approver: null, approved_at: null } }))).toBe('quiet');
  });

  it('keeps a project broken until a build has passed', () => {
    const running = project('pending');
    const cancelled = project('cancelled');
    const fixed = project('success');
    const failed = { status: 'failure' } as Build;
    const before = new Map([running, cancelled, fixed].map(({ id }) => [id, failed]));
    expect([running, cancelled, fixed].map((each) => urgencyOf(each, before))).toEqual(['broken', 'broken', 'fine']);
    expect(urgencyOf(running, new Map([[running.id, { status: 'success' } as Build]]))).toBe('running');
    const fresh = project('pending', 9);
    expect(boardOf([fresh, running], before)).toEqual([running, fresh]);
    expect(countsOf([fresh, running], before)).toBe('1 broken, 1 running');
  });

  it('counts', () => {
    expect(countsOf([project('success'), project('failure'), project('success')])).toBe('1 broken, 2 fine');
    expect(countsOf([])).toBe('');
  });
});
