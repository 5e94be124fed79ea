const BLOCK = 1024;

/**
 * How many screen rows the rows of a log take when they are wrapped at `columns` characters, and
 * which row is at which screen row. With `columns` 0 nothing wraps and all of it is arithmetic;
 * otherwise sums are kept by blocks, so that a lookup in a million rows takes microseconds.
 */
export class Heights {
  readonly #lengthOf: (row: number) => number;
  #columns = 0;
  /** Finished rows that are in `#blocks`. */
  #counted = 0;
  #blocks: number[] = [];

  constructor(lengthOf: (row: number) => number) {
    this.#lengthOf = lengthOf;
  }

  /** Sets the width; 0 turns wrapping off. */
  setColumns(columns: number): void {
    if (columns === this.#columns) return;
    this.#columns = columns;
    this.#counted = 0;
    this.#blocks = [];
  }

  /** Takes rows up to `finishedRows` into account; they must not change any more. */
  update(finishedRows: number): void {
    if (this.#columns === 0) return;
    for (; this.#counted < finishedRows; this.#counted++) {
      const block = Math.floor(this.#counted / BLOCK);
      this.#blocks[block] = (this.#blocks[block] ?? 0) + this.of(this.#counted);
    }
  }

  of(row: number): number {
    if (this.#columns === 0) return 1;
    return Math.max(1, Math.ceil(this.#lengthOf(row) / this.#columns));
  }

  /** Screen rows above `row`. */
  before(row: number): number {
    if (this.#columns === 0) return row;
    let sum = 0;
    const block = Math.min(Math.floor(row / BLOCK), this.#blocks.length);
    for (let i = 0; i < block; i++) sum += this.#blocks[i] ?? 0;
    for (let i = block * BLOCK; i < row; i++) sum += this.of(i);
    return sum;
  }

  /** The row that covers the given screen row, at most `rowCount - 1`. */
  at(screenRow: number, rowCount: number): number {
    if (this.#columns === 0) return Math.min(Math.max(0, Math.floor(screenRow)), rowCount - 1);
    let left = screenRow;
    let block = 0;
    while (block < this.#blocks.length - 1 && left >= (this.#blocks[block] ?? 0)) {
      left -= this.#blocks[block] ?? 0;
      block++;
    }
    let row = block * BLOCK;
    while (row < rowCount - 1 && left >= this.of(row)) {
      left -= this.of(row);
      row++;
    }
    return Math.max(0, Math.min(row, rowCount - 1));
  }
}
