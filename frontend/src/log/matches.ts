import { GrowingArray } from './growing_array';

/** A stretch of a row's text, in UTF-16 units. */
export interface Mark {
  start: number;
  end: number;
  /** The one that the reader is at. */
  current: boolean;
}

/** Matches in the order of the log. */
export class Matches {
  readonly #rows = new GrowingArray();
  readonly #starts = new GrowingArray();
  readonly #lengths = new GrowingArray();

  get count(): number {
    return this.#rows.length;
  }

  add(row: number, start: number, length: number): void {
    this.#rows.push(row);
    this.#starts.push(start);
    this.#lengths.push(length);
  }

  rowOf(index: number): number {
    return this.#rows.at(index);
  }

  /** The first match in or below a row; `count` when there is none. */
  firstFrom(row: number): number {
    return this.#rows.firstAtLeast(row);
  }

  /** What is to be marked in a row. */
  marksIn(row: number, current: number): Mark[] {
    const marks: Mark[] = [];
    for (let i = this.firstFrom(row); i < this.count && this.#rows.at(i) === row; i++) {
      const start = this.#starts.at(i);
      marks.push({ start, end: start + this.#lengths.at(i), current: i === current });
    }
    return marks;
  }
}
