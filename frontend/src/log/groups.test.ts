import { describe, expect, it } from 'vitest';
import { Random } from '../testing/random';
import { FoldedHeights } from './folded_heights';
import { Folds, type Hidden } from './folds';
import { Groups } from './groups';
import { Heights } from './heights';
import { OpenLog } from './open_log';
import { LogStore } from './store';

function groupsOf(lines: string[], { ended = true } = {}) {
  const store = new LogStore();
  const groups = new Groups(store, (row) => store.isContinuation(row));
  for (const line of lines) {
    store.append(new TextEncoder().encode(`${line}\n`));
    groups.update();
  }
  if (ended) {
    store.finish();
    groups.finish();
  }
  return groups;
}

const shapes = (groups: Groups) => groups.all.map(({ header, end, name }) => [header, end, name]);

describe('groups', () => {
  it.each<[string, string[], (number | string)[][]]>([
    ['::group:: to ::endgroup::', ['a', '::group::Install', 'b', '::endgroup::', 'c'], [[1, 4, 'Install']]],
    ['a header to the next one', ['--- One', 'a', '+++ Two', 'b'], [[0, 2, 'One'], [2, 4, 'Two']]],
    ['::group:: within a header', ['--- One', '::group::In', 'a', '--- Two'], [[0, 3, 'One'], [1, 3, 'In'], [3, 4, 'Two']]],
    ['::group:: to the next one', ['::group::A', 'a', '::group::B', 'b'], [[0, 2, 'A'], [2, 4, 'B']]],
    ['without a name', ['::group::', 'a', '::endgroup::'], [[0, 3, 'Group']]],
    ['::endgroup:: of nothing', ['::endgroup::', 'a'], []],
    ['coloured', ['\u001b[36m--- One\u001b[0m', 'a'], [[0, 2, 'One']]],
    ['not lines of dashes, nor in the middle', ['---', '--- ', '----- x', ' --- x', 'x --- y', '---x', '++++ x'], []],
    ['not the head of a diff', ['--- a/x.c', '+++ b/x.c', '@@ -1 +1 @@', '-- x', '--- Real'], [[4, 5, 'Real']]],
    ['not what Go’s tests say', ['--- FAIL: TestX (0.00s)', '--- PASS: TestY (0.00s)'], []],
  ])('%s', (_name, lines, expected) => expect(shapes(groupsOf(lines))).toEqual(expected));

  it('that go on have no end', () => {
    const groups = groupsOf(['--- One', 'a', '::group::In', 'b'], { ended: false });
    expect(shapes(groups)).toEqual([[0, -1, 'One'], [2, -1, 'In']]);
    expect(groups.indexOfHeader(2)).toBe(1);
    expect(groups.indexOfHeader(3)).toBe(-1);
    expect(groups.firstFrom(1)).toBe(1);
  });
});

describe('phases', () => {
  const LINES = ['pull a', 'pull b', 'fetch', 'install a', '::group::In', 'x', '::endgroup::', 'script', '--- Own', 'y'];
  const at = (row: number) => LINES.slice(0, row).reduce((sum, line) => sum + line.length + 1, 0);
  const PHASES = [
    { offset: 0, name: 'Pull' },
    { offset: at(2), name: 'Fetch' },
    { offset: at(3), name: 'Install' },
    { offset: at(7), name: null },
  ];
  const EXPECTED = [[0, 2, 'Pull'], [3, 7, 'Install'], [4, 7, 'In'], [8, 10, 'Own']];

  function openLogOf(lines: string[], known: number, after: number) {
    const log = new OpenLog(false, () => {});
    log.setPhases(PHASES.slice(0, known));
    lines.forEach((line, row) => {
      if (row === after) log.setPhases(PHASES);
      log.append(new TextEncoder().encode(`${line}\n`));
    });
    log.finish();
    log.setPhases(PHASES);
    log.stop();
    return log;
  }

  it.each(Array.from({ length: 60 }, (_, seed) => seed))('whenever they are told of (%i)', (seed) => {
    const random = new Random(seed);
    const { groups } = openLogOf(LINES, random.below(5), random.below(12));
    expect(shapes(groups)).toEqual(EXPECTED);
    expect(groups.all.map(({ isPhase }) => isPhase)).toEqual([true, true, false, false]);
  });

  it('are no group where a header begins with them, or a single row', () => {
    const store = new LogStore();
    const groups = new Groups(store, () => false, [{ offset: 0, name: 'Pull' }, { offset: 6, name: 'Install' }]);
    store.append(new TextEncoder().encode('hello\n--- Setup\nx\n'));
    groups.update();
    store.finish();
    groups.finish();
    expect(shapes(groups)).toEqual([[1, 3, 'Setup']]);
  });

  it('keep what the reader folded when they come', () => {
    const log = new OpenLog(false, () => {});
    log.append(new TextEncoder().encode('pull\nmore\nscript\n--- Own\nx\ny\n'));
    log.toggle(0);
    expect(log.folds.hidden.map(({ first }) => first)).toEqual([4]);
    log.setPhases([{ offset: 0, name: 'Pull' }, { offset: 10, name: null }]);
    log.stop();
    expect(shapes(log.groups)).toEqual([[0, 2, 'Pull'], [3, -1, 'Own']]);
    expect(log.folds.isFolded(0)).toBe(false);
    expect(log.folds.isFolded(1)).toBe(true);
    expect(log.folds.hidden.map(({ first }) => first)).toEqual([4]);
  });
});

describe('folds', () => {
  const LINES = ['--- Quiet', 'a', 'b', '--- Bad', 'error: x', '::group::In', 'c', '::endgroup::', '+++ Important', 'd', 'e'];
  const errors = { searched: LINES.length, hasIn: (first: number, end: number) => first <= 4 && end > 4 };

  it('by default what ended without an error and is not important', () => {
    const folds = new Folds(groupsOf(LINES));
    expect(folds.foldQuietOnes({ ...errors, searched: 2 })).toBe(false);
    expect(folds.foldQuietOnes(errors)).toBe(true);
    expect(folds.hidden).toEqual([{ first: 1, end: 3 }, { first: 6, end: 8 }]);
    expect(folds.foldQuietOnes(errors)).toBe(false);
  });

  it('open for what is looked at, and stay as the reader had them', () => {
    const folds = new Folds(groupsOf(LINES));
    folds.toggle(1);
    folds.foldQuietOnes(errors);
    expect(folds.hidden).toEqual([{ first: 1, end: 3 }, { first: 4, end: 8 }]);
    expect(folds.reveal(3)).toBe(false);
    expect(folds.reveal(6)).toBe(true);
    expect(folds.hidden).toEqual([{ first: 1, end: 3 }]);
    folds.toggle(0);
    expect(folds.hidden).toEqual([]);
  });

  it('by default not around a row that was gone to before', () => {
    const folds = new Folds(groupsOf(LINES));
    expect(folds.reveal(2)).toBe(false);
    folds.foldQuietOnes(errors);
    expect(folds.hidden).toEqual([{ first: 6, end: 8 }]);
    expect([folds.isHidden(2), folds.isHidden(7)]).toEqual([false, true]);
  });

  it('hide what a group that goes on gets, until it ends', () => {
    const store = new LogStore();
    const groups = new Groups(store, () => false);
    const append = (text: string) => {
      store.append(new TextEncoder().encode(text));
      groups.update();
    };
    append('--- One\na\nb\n');
    const folds = new Folds(groups);
    folds.toggle(0);
    expect(folds.hidden).toEqual([{ first: 1, end: Number.MAX_SAFE_INTEGER }]);
    append('--- Two\nc\n');
    expect(folds.hidden).toEqual([{ first: 1, end: 3 }]);
  });
});

describe('heights with folds', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('are those of the rows that are shown (seed %i)', (seed) => {
    const random = new Random(seed);
    const lengths = Array.from({ length: 1 + random.below(200) }, () => random.below(200));
    const hidden: Hidden[] = [];
    for (let first = 1 + random.below(20); first < lengths.length; ) {
      const end = first + 1 + random.below(30);
      hidden.push({ first, end: random.chance(0.2) && end >= lengths.length ? Number.MAX_SAFE_INTEGER : Math.min(end, lengths.length) });
      first = end + 1 + random.below(30);
    }
    const heights = new Heights((row) => lengths[row] ?? 0);
    const folded = new FoldedHeights(heights);
    folded.setHidden(hidden);
    for (const columns of [0, 50]) {
      heights.setColumns(columns);
      heights.update(lengths.length);
      folded.measureAgain();
      const isShown = (row: number) => hidden.every(({ first, end }) => row < first || row >= end);
      const shown = lengths.map((_, row) => row).filter(isShown);
      const screen = shown.flatMap((row) => Array.from({ length: heights.of(row) }, () => row));
      for (let row = 0; row <= lengths.length; row++) {
        const above = shown.filter((one) => one < row).reduce((sum, one) => sum + heights.of(one), 0);
        expect(folded.before(row)).toBe(above);
      }
      screen.forEach((row, screenRow) => expect(folded.at(screenRow, lengths.length)).toBe(row));
      expect(folded.at(screen.length + 5, lengths.length)).toBe(shown.at(-1));
      expect(shown.slice(0, -1).map((row) => folded.after(row))).toEqual(shown.slice(1));
    }
  });
});
