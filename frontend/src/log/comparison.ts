import { Slices, stepEnd } from './slices';
import type { LogStore } from './store';

/** What differs from run to run and says nothing: when, how long, how large, how far, and which one. */
const VARYING: readonly RegExp[] = [
  // Digests, commits, UUIDs.
  /\b(?=[0-9a-f-]*\d)[0-9a-f]{7,}(?:-[0-9a-f]{4,})*\b/gi,
  // 2026-11-30, 12:30:01.250
  /\b\d{4}-\d\d-\d\d(?:T(?=\d))?|\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g,
  // 1.5 s, 300ms, 2 m 13 s, 12.4 MB/s, 80 %
  /\b\d[\d.,]*\s?(?:[nµu]?s|ms|secs?|seconds?|min|minutes?|m|hours?|h|[kKMGT]?i?[bB](?:ytes)?(?:\/s)?|%)(?![\w])/g,
  // 12/120, 3 of 40
  /\b\d+\s?(?:\/|of)\s?\d+\b/g,
  // Processes, ports, offsets.
  /\d{5,}|\b0x[0-9a-f]+\b|\d+\.\d{3,}/gi,
];

/** Times, sizes and the like come early in a line; and a line may be made to be read slowly. */
const MOST_CHARACTERS = 500;

/** What is the same in two runs of the same thing. Small numbers stay: they may be what matters. */
export function shapeOf(text: string): string {
  const beginning = text.slice(0, MOST_CHARACTERS);
  const shape = VARYING.reduce((known, varying) => known.replace(varying, '0'), beginning);
  return (shape + text.slice(MOST_CHARACTERS)).trimEnd();
}

/**
 * Finds the lines of a log that another one, of a run that went well, does not have, wherever they are
 * in it: what programs do at the same time comes in another order each time.
 */
export class Comparison {
  /** Rows of the log, ascending. */
  readonly newRows: number[] = [];
  readonly #base: LogStore;
  readonly #store: LogStore;
  readonly #slices: Slices;
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
      this.#shapes.add(shapeOf(this.#base.text(this.#read)));
    }
  }

  #compare(): void {
    const end = stepEnd(this.#store, this.#compared, this.#store.rowCount);
    for (; this.#compared < end; this.#compared++) {
      const shape = shapeOf(this.#store.text(this.#compared));
      if (!this.#shapes.has(shape)) this.newRows.push(this.#compared);
    }
  }
}
