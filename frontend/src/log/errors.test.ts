import { describe, expect, it } from 'vitest';
import { ErrorIndex } from './error_index';
import { beginsRed, isError, saysError } from './error_lines';
import { LogStore } from './store';

const ESC = '\u001b';

function storeOf(text: string): LogStore {
  const store = new LogStore();
  store.append(new TextEncoder().encode(text));
  store.finish();
  return store;
}

describe('a line says that something went wrong', () => {
  it.each([
    'error: no such file',
    'src/main.cc:12:3: error: expected ‘;’',
    'src/main.cc:1:10: fatal error: x.h: No such file or directory',
    'error[E0308]: mismatched types',
    'ERROR: build failed',
    '[ERROR] Failed to execute goal',
    '[12:03:11] [error] cannot connect',
    '2026-11-29T19:00:00.123Z ERROR the queue is away',
    'FAILED (failures=1)',
    'FAIL src/log/store.test.ts',
    'FAIL\tgithub.com/x/y\t0.5s',
    '--- FAIL: TestLogin (0.00s)',
    '[  FAILED  ] Store.Keeps',
    'Failed to fetch the index',
    'fatal: not a git repository',
    'panic: runtime error: index out of range',
    "thread 'main' panicked at src/main.rs:2",
    'Traceback (most recent call last):',
    "TypeError: x is not a function",
    'Exception in thread "main" java.lang.NullPointerException: null',
    'not ok 3 - reads',
    '    not ok 1 nested',
    'make: *** [Makefile:3: all] Error 2',
    'make[1]: *** No rule to make target x.  Stop.',
    'npm ERR! code ELIFECYCLE',
    'Segmentation fault (core dumped)',
    'sh: 1: cmake: not found',
    'bash: foo: command not found',
    'Process exited with code 1.',
    'exit 3',
    'Tests: 2 failed, 10 passed',
    '1 error generated.',
    '##[error]Bash exited',
    '::error file=a.c::bad',
    '  ✗ error: nope',
    'ERROR in ./src/index.ts',
  ])('%s', (line) => expect(saysError(line)).toBe(true));

  it.each([
    '',
    'all is well',
    'Compiling error.cc',
    'g++ -Werror -c x.cc',
    'ok 3 - handles errors',
    'not ok 4 - later # TODO',
    '0 errors, 0 failed',
    'Tests: 10 passed, 0 failed',
    'errors = 0',
    'test_error_handling ... ok',
    'PASS src/error.test.ts',
    'terror: a film',
    'exit 0',
    'exited with code 0',
    'the default branch',
    'Downloading failsafe 1.2',
    "warning: unused parameter 'error' [-Wunused-parameter]",
  ])('but not: %s', (line) => expect(saysError(line)).toBe(false));

  it('is told quickly of a line that was made to take long', () => {
    const began = performance.now();
    for (const piece of ['error ', '[a] ', '[a]', '12:', '1', 'a.b:', 'a: ', 'exit ', 'Error', 'a.', '- ', '-', ' ', '*** ', '1 ', 'not ok #', '[']) {
      for (const end of ['', ' err', 'err?']) {
        const line = piece.repeat(1_000).slice(0, 990) + end;
        expect(typeof saysError(line)).toBe('boolean');
        expect(typeof saysError(`err ${line}`)).toBe('boolean');
      }
    }
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('a line begins in red', () => {
  it.each([
    [`${ESC}[31mno\n`, true],
    [`  ${ESC}[1;91m✗ no${ESC}[0m more\n`, true],
    [`${ESC}[38;5;196mno\n`, true],
    [`plain, then ${ESC}[31mred\n`, false],
    [`${ESC}[32mgreen ${ESC}[31mred\n`, false],
    [`${ESC}[31m●${ESC}[0m text\n`, false],
    ['plain\n', false],
  ])('%j: %s', (text, expected) => {
    const store = storeOf(text);
    expect(beginsRed(store.row(0), store.styles)).toBe(expected);
  });
});

describe('the index of errors', () => {
  it('is made in slices and grows with the log', () => {
    const tasks: (() => void)[] = [];
    const store = new LogStore();
    const index = new ErrorIndex(store, () => {}, (run) => tasks.push(run));
    index.begin(isError);
    const grow = (text: string) => {
      store.append(new TextEncoder().encode(text));
      index.update();
      while (tasks.length > 0) tasks.shift()?.();
    };
    grow(`ok\n`.repeat(1_000));
    expect(index.count).toBe(0);
    expect(index.searched).toBe(1_000);
    grow(`error: one\nok\n${ESC}[31mred${ESC}[0m\nnot yet: error`);
    expect([index.rowOf(0), index.rowOf(1), index.count]).toEqual([1_000, 1_002, 2]);
    expect(index.hasIn(1_001, 1_002)).toBe(false);
    expect(index.hasIn(1_001, 1_003)).toBe(true);
    expect(index.firstFrom(1_003)).toBe(2);
  });

  it('knows the first among the last lines', () => {
    const firstOfLast = (text: string) => {
      const index = new ErrorIndex(storeOf(text), () => {}, () => {});
      index.begin(isError);
      return index.firstOfLast(5);
    };
    expect(firstOfLast(`error: early\n${'ok\n'.repeat(10)}error: a\nerror: b\n`)).toBe(11);
    expect(firstOfLast(`error: early\n${'ok\n'.repeat(10)}`)).toBe(-1);
  });
});
