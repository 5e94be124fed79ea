import { describe, expect, it } from 'vitest';
import { isError } from './error_lines';
import { Finder } from './finder';
import { OpenLog } from './open_log';

const QUIET = ['--- Install', 'a', 'b', '--- Build', 'c', 'd', '+++ Test', 'e'];

/** A log of these lines, read to its end, and what is to be done about it later already done. */
function open(lines: string[], { foldQuiet = true } = {}) {
  const tasks: (() => void)[] = [];
  const schedule = (run: () => void) => void tasks.push(run);
  const log = new OpenLog(foldQuiet, () => {}, schedule);
  const run = () => {
    while (tasks.length > 0) tasks.shift()?.();
    log.settle();
  };
  log.layout.resize(100, 0);
  log.errors.begin(isError);
  log.append(new TextEncoder().encode(`${lines.join('\n')}\n`));
  log.finish();
  const finder = new Finder(log, { schedule, openSearcher: () => ({ search: async () => [], stop() {} }) }, () => {});
  log.finding = finder;
  return { log, finder, run };
}

const shown = (log: OpenLog) => log.layout.frame().rows.map((row) => log.store.text(row));

describe('a log that somebody looks at', () => {
  it('has its quiet groups folded, if that is wanted', () => {
    const folded = open(QUIET);
    folded.run();
    expect(shown(folded.log)).toEqual(['--- Install', '--- Build', '+++ Test', 'e']);
    const unfolded = open(QUIET, { foldQuiet: false });
    unfolded.run();
    expect(shown(unfolded.log)).toEqual(QUIET);
  });

  it('keeps a group open that has an error, and the one with the line that was asked for', () => {
    const { log, run } = open(QUIET.map((line) => (line === 'b' ? 'error: b' : line)));
    log.showLine(6);
    log.settle();
    run();
    expect(shown(log)).toEqual(['--- Install', 'a', 'error: b', '--- Build', 'c', 'd', '+++ Test', 'e']);
  });

  it('opens the group of a match, and goes on from there', () => {
    const { log, finder, run } = open(QUIET);
    run();
    finder.look({ text: 'd', regex: false, matchCase: true });
    run();
    expect(finder.index).toBe(0);
    expect(finder.step(1)).toBe(true);
    run();
    expect(shown(log)).toEqual(['--- Install', '--- Build', 'c', 'd', '+++ Test', 'e']);
    expect(log.finding?.marksIn(5)).toEqual([{ start: 0, end: 1, current: true }]);
  });

  it('leads from group to group, past those that are hidden', () => {
    const { log, run } = open(['--- One', '::group::In', 'a', 'b', '::endgroup::', '--- Two', 'c', 'd']);
    run();
    expect([log.showGroup(1), log.showGroup(1), log.showGroup(-1), log.showGroup(-1)]).toEqual([0, 2, 0, -1]);
    log.toggle(0);
    log.settle();
    expect(log.showGroup(1)).toBe(1);
  });

  it('of a job that failed is opened where that begins, if it is near the end', () => {
    const near = open(['error: x', ...Array.from({ length: 1_900 }, () => 'ok'), 'error: y']);
    expect(near.log.showFailure()).toBe(true);
    near.run();
    expect(near.log.atError.index).toBe(0);
    const far = open(['error: x', ...Array.from({ length: 3_000 }, () => 'ok')]);
    expect(far.log.showFailure()).toBe(false);
    far.run();
    expect(far.log.stepError(1)).toBe(true);
    expect(far.log.atError.row).toBe(0);
  });
});
