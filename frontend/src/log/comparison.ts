import { saysError } from './error_lines';
import { Slices, stepEnd } from './slices';
import type { LogStore } from './store';

/** What is the same in two runs of the same thing: without times, sizes, ids and the like. */
export function shapeOf(text: string): string {
  return text
    .replace(/\b(?=[0-9a-f-]*\d)[0-9a-f]{7,}(?:-[0-9a-f]{4,})*\b/gi, '0')
    .replace(/\d+(?:[.,:]\d+)*/g, '0')
    .trimEnd();
}

/**
 * Finds the lines of a log that another one, of a run that went well, does not have, wherever they are
 * in it: what programs do at the same time comes in another order each time. Numbers make no
 * difference, but in lines that say that something went wrong.
 */
export class Comparison {
  /** Rows of the log, ascending. */
  readonly newRows: number[] = [];
  readonly #base: LogStore;
  readonly #store: LogStore;
  readonly #slices: Slices;
  readonly #texts = new Set<string>();
  readonly #shapes = new Set<string>();
  #read = 0;
  #compared = 0;

  /** @param changed runs when more has been compared. Both logs must be whole. */
  constructor(base: LogStore, store: LogStore, changed: () => void, schedule?: (run: () => void) => void) {
    this.#base = base;
    this.#store = store;
    this.#slices = new Slices(() => this.#step(), changed, schedule);
  }

  start(): void {
    this.#slices.start();
  }

  stop(): void {
    this.#slices.stop();
  }

  get done(): boolean {
    return this.#read === this.#base.rowCount && this.#compared === this.#store.rowCount;
  }

  /** From 0 to 1. */
  get progress(): number {
    const all = this.#base.rowCount + this.#store.rowCount;
    return all === 0 ? 1 : (this.#read + this.#compared) / all;
  }

  #step(): boolean {
    if (this.#read < this.#base.rowCount) this.#learn();
    else this.#compare();
    return !this.done;
  }

  #learn(): void {
    const end = stepEnd(this.#base, this.#read, this.#base.rowCount);
    for (; this.#read < end; this.#read++) {
      const text = this.#base.text(this.#read);
      this.#shapes.add(shapeOf(text));
      if (saysError(text)) this.#texts.add(text.trimEnd());
    }
  }

  #compare(): void {
    const end = stepEnd(this.#store, this.#compared, this.#store.rowCount);
    for (; this.#compared < end; this.#compared++) {
      const text = this.#store.text(this.#compared);
      if (this.#isNew(text)) this.newRows.push(this.#compared);
    }
  }

  #isNew(text: string): boolean {
    if (!this.#shapes.has(shapeOf(text))) return true;
    return saysError(text) && !this.#texts.has(text.trimEnd());
  }
}
