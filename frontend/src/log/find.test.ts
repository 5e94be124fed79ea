import { describe, expect, it } from 'vitest';
import { Random } from '../testing/random';
import { Find, type RegexSearcher } from './find';
import { compile, eachMatch, type Query } from './pattern';
import { LogStore } from './store';

const plain = (text: string): Query => ({ text, regex: false, matchCase: false });

/** A store to look in, and whatever is to be done later. */
function setUp(openSearcher: (regex: RegExp) => RegexSearcher = neverAsked) {
  const store = new LogStore();
  const tasks: (() => void)[] = [];
  const lengths: number[] = [];
  const find = new Find(store, { openSearcher, schedule: (run) => tasks.push(run) }, () => {});
  return {
    store,
    find,
    append(text: string) {
      store.append(new TextEncoder().encode(text));
      find.update();
    },
    run() {
      while (tasks.length > 0) {
        const began = performance.now();
        tasks.shift()?.();
        lengths.push(performance.now() - began);
      }
      return lengths;
    },
    marks: () => Array.from({ length: store.finishedRows }, (_, row) =>
      find.marksIn(row, -1).map(({ start, end }) => [row, start, end])).flat(),
  };
}

function neverAsked(): RegexSearcher {
  throw new Error('plain words need no worker');
}

const here = (regex: RegExp): RegexSearcher => ({
  async search(texts) {
    const found: number[] = [];
    texts.forEach((text, index) => eachMatch(regex, text, (start, length) => found.push(index, start, length)));
    return found;
  },
  stop() {},
});

const settle = async () => {
  for (let i = 0; i < 200; i++) await Promise.resolve();
};

describe('finding plain words', () => {
  it('sees through colours, in any case of letters, and takes signs as they are', () => {
    const { find, append, run, marks } = setUp();
    append('a \u001b[31mFO\u001b[0mo.* foo\nnone\nfo\u001b[1mO.*\n');
    find.look(plain('foo.*'));
    run();
    expect(marks()).toEqual([[0, 2, 7], [2, 0, 5]]);
    find.look({ ...plain('foo'), matchCase: true });
    run();
    expect(marks()).toEqual([[0, 8, 11]]);
  });

  it('goes on as the log grows, in finished lines', () => {
    const { store, find, append, run } = setUp();
    find.look(plain('x'));
    append('x\nx');
    run();
    expect(find.count).toBe(1);
    append('x\n');
    run();
    expect(find.count).toBe(3);
    append('x at the end');
    store.finish();
    find.update();
    run();
    expect(find.count).toBe(4);
    expect(find.busy).toBe(false);
  });

  it('knows what is next from a row on, and which match is the current one', () => {
    const { find, append, run } = setUp();
    append('no\nx x\nno\nx\n');
    find.look(plain('x'));
    run();
    expect([0, 1, 2, 3, 4].map((row) => find.firstFrom(row))).toEqual([0, 0, 2, 2, 3]);
    expect(find.marksIn(1, 1).map(({ current }) => current)).toEqual([false, true]);
    expect(find.rowOf(2)).toBe(3);
  });

  it('finds in a million lines, a slice at a time', () => {
    const { find, append, run } = setUp();
    for (let i = 0; i < 100; i++) append('a line of an ordinary length, as they are in logs, needle or not\n'.repeat(10_000));
    find.look(plain('needle'));
    const slices = run();
    expect(find.count).toBe(1_000_000);
    expect(find.full).toBe(true);
    expect(slices.length).toBeGreaterThan(1);
  }, 60_000);

  it('finds nothing when nothing is looked for', () => {
    const { find, append } = setUp();
    append('a\n');
    find.look(plain(''));
    expect([find.count, find.busy, find.problem]).toEqual([0, false, '']);
  });
});

describe('finding with an expression', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))('is as the expression says, however the log comes (seed %i)', async (seed) => {
    const random = new Random(seed);
    const { store, find, append, marks } = setUp(here);
    const source = random.pick(['a+b?', '^b', 'c$', '(a|b)c', '', 'x*', '\\d{2,}', '.']);
    find.look({ text: source, regex: true, matchCase: true });
    for (let i = 0; i < 30; i++) {
      append(Array.from({ length: random.below(20) }, () => random.pick(['a', 'b', 'c', '1', '22', '\n'])).join(''));
      if (random.chance(0.5)) await settle();
    }
    store.finish();
    find.update();
    await settle();
    const expected: number[][] = [];
    for (let row = 0; row < store.rowCount; row++) {
      for (const match of store.text(row).matchAll(new RegExp(source, 'g'))) {
        if (match[0] !== '' && source !== '') expected.push([row, match.index, match.index + match[0].length]);
      }
    }
    expect(marks()).toEqual(expected);
  });

  it('says what is wrong with it', () => {
    const { find } = setUp(here);
    find.look({ text: '(', regex: true, matchCase: false });
    expect(find.problem).toMatch(/^Not a regular expression: /);
    expect('problem' in compile({ text: '(', regex: false, matchCase: false })).toBe(false);
  });

  it('is given up when that cannot be done, and says why', async () => {
    let stopped = 0;
    const { find, append } = setUp(() => ({ search: () => Promise.resolve('It takes too long.'), stop: () => stopped++ }));
    append('aaaa\n');
    find.look({ text: '(a+)+$', regex: true, matchCase: false });
    await settle();
    expect(find.problem).toBe('It takes too long.');
    expect([find.busy, stopped]).toEqual([false, 1]);
  });

  it('forgets the answers to what was looked for before', async () => {
    const answers: ((found: number[]) => void)[] = [];
    const { find, append } = setUp(() => ({ search: () => new Promise((resolve) => answers.push(resolve)), stop() {} }));
    append('ab\n');
    find.look({ text: 'a', regex: true, matchCase: false });
    find.look({ text: 'b', regex: true, matchCase: false });
    answers[0]?.([0, 0, 1]);
    await settle();
    expect(find.count).toBe(0);
    answers[1]?.([0, 1, 1]);
    await settle();
    expect(find.marksIn(0, -1)).toEqual([{ start: 1, end: 2, current: false }]);
  });
});
