import { Matches, type Mark } from './matches';
import { compile, eachMatch, type Query } from './pattern';
import { type Schedule, Slices, stepEnd } from './slices';

/** The rows of a log as far as they are final. */
export interface Rows {
  readonly finishedRows: number;
  text(row: number): string;
}

/**
 * Runs an expression that may take forever where that harms nobody. Answers [index of the text, start,
 * length, ...], or null when it took too long; then it is of no use any more.
 */
export interface RegexSearcher {
  search(texts: string[]): Promise<number[] | string>;
  stop(): void;
}

export interface FindEnvironment {
  schedule?: Schedule | undefined;
  openSearcher(regex: RegExp): RegexSearcher;
}

/** More are not kept, and not told apart. */
export const MOST_MATCHES = 1_000_000;

/**
 * Looks for something in all rows of a log, those that are yet to come included. Plain words are
 * looked for in small slices; an expression elsewhere, because it may backtrack without end.
 */
export class Find {
  readonly #rows: Rows;
  readonly #env: FindEnvironment;
  readonly #changed: () => void;
  #matches = new Matches();
  #searched = 0;
  #problem = '';
  #slices: Slices | null = null;
  #searcher: RegexSearcher | null = null;
  #waiting = false;
  #regex: RegExp | null = null;

  /** @param changed runs when there is something new to show. */
  constructor(rows: Rows, env: FindEnvironment, changed: () => void) {
    this.#rows = rows;
    this.#env = env;
    this.#changed = changed;
  }

  get count(): number {
    return this.#matches.count;
  }

  /** There may be more than are counted. */
  get full(): boolean {
    return this.count >= MOST_MATCHES;
  }

  /** Rows are still to be looked at. */
  get busy(): boolean {
    return this.#regex !== null && !this.full && this.#searched < this.#rows.finishedRows;
  }

  /** Why nothing is looked for, as a sentence, or "". */
  get problem(): string {
    return this.#problem;
  }

  rowOf(match: number): number {
    return this.#matches.rowOf(match);
  }

  firstFrom(row: number): number {
    return this.#matches.firstFrom(row);
  }

  marksIn(row: number, current: number): Mark[] {
    return this.#matches.marksIn(row, current);
  }

  /** Looks for something else; for nothing when its text is empty. */
  look(query: Query): void {
    this.stop();
    this.#matches = new Matches();
    this.#searched = 0;
    this.#problem = '';
    if (query.text === '') return;
    const pattern = compile(query);
    if ('problem' in pattern) {
      this.#problem = pattern.problem;
      return;
    }
    const { regex } = pattern;
    this.#regex = regex;
    if (query.regex) this.#searcher = this.#env.openSearcher(regex);
    else this.#slices = new Slices(() => this.#step(regex), this.#changed, this.#env.schedule);
    this.update();
  }

  /** The log has grown. */
  update(): void {
    if (!this.busy) return;
    this.#slices?.start();
    if (this.#searcher && !this.#waiting) void this.#ask(this.#searcher);
  }

  stop(): void {
    this.#slices?.stop();
    this.#searcher?.stop();
    this.#slices = null;
    this.#searcher = null;
    this.#regex = null;
    this.#waiting = false;
  }

  #step(regex: RegExp): boolean {
    const end = stepEnd(this.#rows, this.#searched, this.#rows.finishedRows);
    for (let row = this.#searched; row < end && !this.full; row++) {
      eachMatch(regex, this.#rows.text(row), (start, length) => this.#matches.add(row, start, length));
    }
    this.#searched = end;
    return this.busy;
  }

  async #ask(searcher: RegexSearcher): Promise<void> {
    this.#waiting = true;
    while (this.busy) {
      const from = this.#searched;
      const end = stepEnd(this.#rows, from, this.#rows.finishedRows);
      const texts = Array.from({ length: end - from }, (_, index) => this.#rows.text(from + index));
      const found = await searcher.search(texts);
      if (this.#searcher !== searcher) return;
      if (typeof found === 'string') {
        this.stop();
        this.#problem = found;
        break;
      }
      for (let i = 0; i < found.length && !this.full; i += 3) {
        this.#matches.add(from + (found[i] ?? 0), found[i + 1] ?? 0, found[i + 2] ?? 0);
      }
      this.#searched = end;
      this.#changed();
    }
    this.#waiting = false;
    this.#changed();
  }
}
