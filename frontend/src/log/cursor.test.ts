import { describe, expect, it } from 'vitest';
import { Cursor, type Places } from './cursor';

const at = (rows: number[]): Places => ({
  get count() {
    return rows.length;
  },
  rowOf: (index) => rows[index] ?? -1,
  firstFrom: (row) => rows.filter((one) => one < row).length,
});

describe('Cursor', () => {
  it('goes round, in both directions, from where the reader looks', () => {
    const cursor = new Cursor(at([2, 5, 5, 9]));
    const walk = (direction: 1 | -1, row: number, steps: number) =>
      Array.from({ length: steps }, () => {
        cursor.step(direction, row, true);
        return cursor.index;
      });
    expect(walk(1, 3, 5)).toEqual([1, 2, 3, 0, 1]);
    cursor.leave();
    expect(walk(-1, 5, 3)).toEqual([0, 3, 2]);
    cursor.leave();
    expect(walk(1, 10, 1)).toEqual([0]);
    expect(cursor.row).toBe(2);
  });

  it('does not go round while more may come', () => {
    const rows = [2];
    const cursor = new Cursor(at(rows));
    cursor.step(1, 0, false);
    cursor.step(1, 0, false);
    expect(cursor.index).toBe(0);
    rows.push(7);
    cursor.step(1, 0, false);
    expect(cursor.index).toBe(1);
  });

  it('settles on the first place from where it was to begin, once there is one', () => {
    const rows: number[] = [];
    const cursor = new Cursor(at(rows));
    cursor.seek(4);
    expect(cursor.settle(true)).toBe(false);
    rows.push(1);
    expect(cursor.settle(false)).toBe(false);
    rows.push(6);
    expect([cursor.settle(false), cursor.row]).toEqual([true, 6]);
    expect(cursor.settle(true)).toBe(false);
    cursor.seek(8);
    expect([cursor.settle(true), cursor.row]).toEqual([true, 1]);
  });

  it('is nowhere when there is nothing', () => {
    const cursor = new Cursor(at([]));
    expect([cursor.step(1, 0, true), cursor.row]).toEqual([false, -1]);
  });
});
