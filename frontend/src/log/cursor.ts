/** Where something is in a log, in order; more may come. */
export interface Places {
  readonly count: number;
  rowOf(index: number): number;
  /** The first in or below a row; `count` when there is none. */
  firstFrom(row: number): number;
}

/** Which of many places the reader is at, and which is next. */
export class Cursor {
  readonly #places: Places;
  #index = -1;
  /** Where to begin as long as the reader is nowhere, or -1 for not by itself. */
  #from = -1;

  constructor(places: Places) {
    this.#places = places;
  }

  /** -1: nowhere. */
  get index(): number {
    return this.#index;
  }

  get row(): number {
    return this.#index < 0 ? -1 : this.#places.rowOf(this.#index);
  }

  leave(): void {
    this.#index = -1;
    this.#from = -1;
  }

  /** Goes to the first place from a row on as soon as there is one. */
  seek(row: number): void {
    this.#index = -1;
    this.#from = row;
  }

  /** To be asked when there may be more places. True: the reader is somewhere now. */
  settle(complete: boolean): boolean {
    if (this.#from < 0 || this.#places.count === 0) return false;
    const first = this.#places.firstFrom(this.#from);
    if (first === this.#places.count && !complete) return false;
    this.#index = first === this.#places.count ? 0 : first;
    this.#from = -1;
    return true;
  }

  /**
   * Goes on to the next place or back to the one before, from `row` when the reader is nowhere, and
   * from one end to the other when all are known. False: there is none.
   */
  step(direction: 1 | -1, row: number, complete: boolean): boolean {
    const { count } = this.#places;
    if (count === 0) return false;
    this.#from = -1;
    let next = this.#index + direction;
    if (this.#index < 0) next = direction === 1 ? this.#places.firstFrom(row) : this.#places.firstFrom(row) - 1;
    if (next < 0) next = complete ? count - 1 : 0;
    else if (next >= count) next = complete ? 0 : count - 1;
    this.#index = next;
    return true;
  }
}
