import { describe, expect, it } from 'vitest';
import { cutAtMarks } from './cut_marks';

const segment = (text: string, style: number) => ({ text, style, link: '' });
const mark = (start: number, end: number, current = false) => ({ start, end, current });

describe('cutAtMarks', () => {
  it('leaves a line without marks as it is', () => {
    expect(cutAtMarks([segment('ab', 1)], [])).toEqual([{ ...segment('ab', 1), mark: null }]);
  });

  it('cuts where a mark spans segments, and several marks in one', () => {
    const marks = [mark(1, 3), mark(3, 4, true), mark(6, 9)];
    const cut = cutAtMarks([segment('ab', 1), segment('cdefgh', 2), segment('i', 3)], marks);
    expect(cut.map(({ text, style, mark: found }) => [text, style, found && marks.indexOf(found)])).toEqual([
      ['a', 1, null], ['b', 1, 0], ['c', 2, 0], ['d', 2, 1], ['ef', 2, null], ['gh', 2, 2], ['i', 3, 2],
    ]);
  });
});
