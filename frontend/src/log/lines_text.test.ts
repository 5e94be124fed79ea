import { describe, expect, it } from 'vitest';
import { MAX_LINE } from './line_editor';
import { textOfLines } from './lines_text';
import { LogStore } from './store';

describe('the text of lines', () => {
  const store = new LogStore();
  const long = 'x'.repeat(2 * MAX_LINE + 3);
  store.append(new TextEncoder().encode(`one\n\u001b[31mtwo\u001b[0m\n${long}\n\nfive\nunfinished`));

  it.each([
    [1, 1, 'one\n'],
    [1, 2, 'one\ntwo\n'],
    [2, 4, `two\n${long}\n\n`],
    [3, 3, `${long}\n`],
    [5, 9, 'five\nunfinished\n'],
    [8, 9, ''],
  ])('%i to %i', (first, last, expected) => expect(textOfLines(store, { first, last })).toBe(expected));
});
