import { describe, expect, it } from 'vitest';
import { type Frame, LogLayout, ROW_PX } from './layout';
import { LogStore } from './store';

function storeOf(lines: string[]): LogStore {
  const store = new LogStore();
  store.append(new TextEncoder().encode(`${lines.join('\n')}\n`));
  return store;
}

const numbered = (count: number) => storeOf(Array.from({ length: count }, (_, i) => `line ${i + 1}`));

/** The part of the list that the frame puts at the top edge, in rows. */
function topOf({ rows, shiftPx, scrollTop }: Frame) {
  return (rows[0] ?? 0) + (scrollTop - shiftPx) / ROW_PX;
}

describe('LogLayout', () => {
  it('draws no more than what is on the screen and a little around it', () => {
    const layout = new LogLayout(numbered(100_000));
    layout.resize(600, 0);
    layout.scrolledTo(50_000 * ROW_PX);
    const frame = layout.frame();
    expect(topOf(frame)).toBe(50_000);
    expect(frame.rows.length).toBeLessThan(60);
    expect(frame.scrollTop).toBe(50_000 * ROW_PX);
  });

  it('reaches first and last row of a log that is taller than any element may be', () => {
    const layout = new LogLayout(numbered(1_000_000));
    layout.resize(600, 0);
    expect(layout.frame().spacerPx).toBe(8_000_000);
    layout.scrolledTo(0);
    expect(layout.frame().rows[0]).toBe(0);
    layout.scrolledTo(8_000_000 - 600);
    const frame = layout.frame();
    expect(frame.rows.at(-1)).toBe(999_999);
    expect(frame.atEnd).toBe(true);
    expect(frame.scrollTop).toBeCloseTo(8_000_000 - 600, 3);
  });

  it('keeps what the reader looks at while the log grows, even where the scroll bar is stretched', () => {
    const store = numbered(600_000);
    const layout = new LogLayout(store);
    layout.resize(600, 0);
    layout.scrolledTo(4_000_000);
    const before = topOf(layout.frame());
    store.append(new TextEncoder().encode('more\n'.repeat(100_000)));
    expect(topOf(layout.frame())).toBeCloseTo(before, 6);
  });

  it('keeps the top row when wrapping changes the heights', () => {
    const store = storeOf(Array.from({ length: 5_000 }, (_, i) => 'x'.repeat((i % 7) * 50)));
    const layout = new LogLayout(store);
    layout.resize(600, 0);
    layout.scrolledTo(3_000 * ROW_PX);
    layout.resize(600, 80);
    const wrapped = layout.frame();
    expect(wrapped.rows[0]).toBe(3_000 - 12);
    layout.resize(600, 0);
    expect(topOf(layout.frame())).toBe(3_000);
  });

  it('counts wrapped rows exactly', () => {
    const layout = new LogLayout(storeOf(['x'.repeat(100), '', 'x'.repeat(101), 'y']));
    layout.resize(20, 50);
    // 2 + 1 + 3 + 1 screen rows and the foot.
    expect(layout.frame().spacerPx).toBe(7 * ROW_PX + 8);
  });

  it('shows a row only once it is there, and leaves a visible one where it is', () => {
    const layout = new LogLayout(numbered(100));
    layout.resize(600, 0);
    expect(layout.show(100)).toBe(false);
    expect(layout.show(10)).toBe(true);
    expect(topOf(layout.frame())).toBe(0);
    expect(layout.show(60)).toBe(true);
    expect(topOf(layout.frame())).toBe(56);
  });

  it('copes with an empty log', () => {
    const layout = new LogLayout(new LogStore());
    layout.showEnd();
    expect(layout.frame()).toMatchObject({ rows: [], scrollTop: 0 });
  });

  it('leaves out what is folded, and keeps the top row when that changes', () => {
    const layout = new LogLayout(numbered(1_000));
    layout.resize(600, 0);
    layout.scrolledTo(500 * ROW_PX);
    layout.fold([{ first: 10, end: 100 }, { first: 505, end: 600 }]);
    const folded = layout.frame();
    expect(folded.rows.slice(10, 20)).toEqual([498, 499, 500, 501, 502, 503, 504, 600, 601, 602]);
    expect(layout.topRow).toBe(500);
    expect(folded.scrollTop).toBe(410 * ROW_PX);
    layout.fold([{ first: 490, end: 510 }]);
    layout.frame();
    expect(layout.topRow).toBe(489);
    layout.fold([]);
    layout.frame();
    expect(layout.topRow).toBe(489);
  });
});
