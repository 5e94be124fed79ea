import { GrowingArray } from './growing_array';
import { type Schedule, Slices, stepEnd } from './slices';
import type { LogStore } from './store';

export type IsError = (store: LogStore, row: number) => boolean;

/** The rows of a log that say that something went wrong, found while it is read. */
export class ErrorIndex {
  readonly #store: LogStore;
  readonly #slices: Slices;
  readonly #rows = new GrowingArray();
  #searched = 0;
  #isError: IsError | null = null;

  /** @param changed runs when more rows have been looked at. */
  constructor(store: LogStore, changed: () => void, schedule?: Schedule) {
    this.#store = store;
    this.#slices = new Slices(() => this.#step(), changed, schedule);
  }

  /** Begins to look. */
  begin(isError: IsError): void {
    this.#isError = isError;
    this.update();
  }

  get count(): number {
    return this.#rows.length;
  }

  /** Rows above this one have been looked at. */
  get searched(): number {
    return this.#searched;
  }

  rowOf(index: number): number {
    return this.#rows.at(index);
  }

  /** The first error in or below a row; `count` when there is none. */
  firstFrom(row: number): number {
    return this.#rows.firstAtLeast(row);
  }

  /** Whether there is one in the rows from `first` to before `end`; they must have been looked at. */
  hasIn(first: number, end: number): boolean {
    const index = this.firstFrom(first);
    return index < this.count && this.rowOf(index) < end;
  }

  /** The first error among the last `rows` of a log that has ended, or -1. */
  firstOfLast(rows: number): number {
    const store = this.#store;
    for (let row = Math.max(0, store.rowCount - rows); row < store.rowCount; row++) {
      if (this.#isError?.(store, row)) return row;
    }
    return -1;
  }

  /** The log has grown. */
  update(): void {
    if (this.#isError && this.#searched < this.#store.finishedRows) this.#slices.start();
  }

  stop(): void {
    this.#slices.stop();
  }

  #step(): boolean {
    const end = stepEnd(this.#store, this.#searched, this.#store.finishedRows);
    for (let row = this.#searched; row < end; row++) {
      if (this.#isError?.(this.#store, row)) this.#rows.push(row);
    }
    this.#searched = end;
    return end < this.#store.finishedRows;
  }
}
