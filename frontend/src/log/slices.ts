/** Far below what one notices, far above what a slice costs to begin. */
const BUDGET_MS = 10;

/** Runs something later; in a browser a new task, so that the page answers in between. */
export type Schedule = (run: () => void) => void;

export const inNewTask: Schedule = (run) => void setTimeout(run, 0);

/** Does much work in small pieces. `step` does one of a millisecond at most, and says whether there is more. */
export class Slices {
  readonly #step: () => boolean;
  readonly #after: () => void;
  readonly #schedule: Schedule;
  #scheduled = false;
  #stopped = false;

  /** @param after runs at the end of each slice. */
  constructor(step: () => boolean, after: () => void, schedule: Schedule = inNewTask) {
    this.#step = step;
    this.#after = after;
    this.#schedule = schedule;
  }

  /** There is work, perhaps. */
  start(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#schedule(() => this.#slice());
  }

  stop(): void {
    this.#stopped = true;
  }

  #slice(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const end = performance.now() + BUDGET_MS;
    let more = true;
    while (more && performance.now() < end) more = this.#step();
    if (more) this.start();
    this.#after();
  }
}

const ROWS = 256;
const CHARACTERS = 131_072;

/** The end of a step that begins at `from`: some rows, or fewer long ones, but at least one. */
export function stepEnd(store: { text(row: number): string }, from: number, rows: number): number {
  const last = Math.min(rows, from + ROWS);
  let characters = 0;
  for (let row = from; row < last; row++) {
    characters += store.text(row).length;
    if (characters > CHARACTERS) return row + 1;
  }
  return last;
}
