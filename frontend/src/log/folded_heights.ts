import type { Hidden } from './folds';
import type { Heights } from './heights';

/** The same as Heights, where some rows are not shown: they take no screen rows. */
export class FoldedHeights {
  readonly #heights: Heights;
  #hidden: readonly Hidden[] = [];
  /** For each run of hidden rows, how many screen rows the runs before it would take. */
  #saved: number[] = [];

  constructor(heights: Heights) {
    this.#heights = heights;
  }

  differs(hidden: readonly Hidden[]): boolean {
    return hidden !== this.#hidden && (hidden.length > 0 || this.#hidden.length > 0);
  }

  /** @param hidden ascending, none next to another, the first row not among them. */
  setHidden(hidden: readonly Hidden[]): void {
    this.#hidden = hidden;
    this.measureAgain();
  }

  /** The heights are others. */
  measureAgain(): void {
    let saved = 0;
    this.#saved = this.#hidden.map(({ first, end }, index) => {
      const before = saved;
      // The last one may have no end yet, and nothing comes after it.
      if (index < this.#hidden.length - 1) saved += this.#heights.before(end) - this.#heights.before(first);
      return before;
    });
  }

  /** The row itself if it is shown, else the last one before it that is. */
  visible(row: number): number {
    const run = this.#hidden[this.#lastRun((candidate) => candidate.first <= row)];
    return run && row < run.end ? run.first - 1 : row;
  }

  /** The next row that is shown. */
  after(row: number): number {
    const run = this.#hidden[this.#lastRun((candidate) => candidate.first <= row + 1)];
    return run && row + 1 < run.end ? run.end : row + 1;
  }

  /** Screen rows above `row`. */
  before(row: number): number {
    const index = this.#lastRun(({ first }) => first <= row);
    const run = this.#hidden[index];
    if (!run) return this.#heights.before(row);
    const { first, end } = run;
    const shown = row > end ? this.#heights.before(row) - this.#heights.before(end) : 0;
    return this.#heights.before(first) - (this.#saved[index] ?? 0) + shown;
  }

  /** The row that covers the given screen row, at most the last that is shown of `rowCount`. */
  at(screenRow: number, rowCount: number): number {
    const index = this.#lastRun(({ first }, run) => this.#heights.before(first) - (this.#saved[run] ?? 0) <= screenRow);
    const run = this.#hidden[index];
    if (!run) return this.visible(this.#heights.at(screenRow, rowCount));
    const { first, end } = run;
    if (end >= rowCount) return first - 1;
    const saved = (this.#saved[index] ?? 0) + this.#heights.before(end) - this.#heights.before(first);
    return this.visible(this.#heights.at(screenRow + saved, rowCount));
  }

  /** The index of the last run that `is` true of, for what is true of all before it too; -1 for none. */
  #lastRun(is: (run: Hidden, index: number) => boolean): number {
    let low = 0;
    let high = this.#hidden.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const run = this.#hidden[middle];
      if (run && is(run, middle)) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
