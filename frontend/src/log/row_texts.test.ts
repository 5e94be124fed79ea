import { describe, expect, it } from 'vitest';
import { RowTexts } from './row_texts';

describe('the texts of rows', () => {
  it('are what was put in, whatever their number and lengths', () => {
    const texts = new RowTexts();
    const put = Array.from({ length: 1000 }, (_, row) => `${row}é世`.repeat(row % 4));
    for (const [index, text] of put.entries()) {
      texts.push(text);
      expect(texts.length).toBe(index + 1);
      expect(texts.at(index)).toBe(text);
      expect(texts.at(index + 1)).toBeUndefined();
    }
    expect(texts.at(2000)).toBeUndefined();
    expect(put.map((_, row) => texts.at(row))).toEqual(put);
  });
});
