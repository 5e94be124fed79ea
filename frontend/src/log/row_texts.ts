import { GrowingArray } from './growing_array';

/** So few that a block is soon made, and so many that what a block costs itself does not count. */
const ROWS = 128;

/**
 * The texts of rows, many of them in one string: a string of its own for each takes half as much again
 * as what it says, and keeps all text alive that it was cut out of.
 */
export class RowTexts {
  readonly #blocks: string[] = [];
  /** For each row, where in its block it begins. */
  readonly #starts = new GrowingArray();
  /** The rows after the last block. */
  #rest: string[] = [];
  #restLength = 0;

  get length(): number {
    return this.#starts.length;
  }

  push(text: string): void {
    this.#starts.push(this.#restLength);
    this.#restLength += text.length;
    if (this.#rest.push(text) < ROWS) return;
    this.#blocks.push(this.#rest.join(''));
    this.#rest = [];
    this.#restLength = 0;
  }

  at(row: number): string | undefined {
    const block = this.#blocks[Math.floor(row / ROWS)];
    if (block === undefined) return this.#rest[row - this.#blocks.length * ROWS];
    const next = row + 1;
    return block.slice(this.#starts.at(row), next % ROWS === 0 ? block.length : this.#starts.at(next));
  }
}
