import { ErrorIndex } from './error_index';
import { Cursor } from './cursor';
import { Folds } from './folds';
import { Groups, type PhaseBegin } from './groups';
import { LogLayout } from './layout';
import type { Mark } from './matches';
import type { Schedule } from './slices';
import { LogStore } from './store';

/** A failed job's log is opened at its first error, if that is not further from its end. */
const NEAR_END = 2_000;

/** A search in a log. */
export interface Finding {
  /** The log has grown. */
  update(): void;
  /** The row of a match that is to be shown now, or -1. */
  settle(): number;
  marksIn(row: number): Mark[];
  /** Goes to the next match, or the one before. False: there is none. */
  step(direction: 1 | -1): boolean;
}

/** A log that somebody looks at: its rows, what is known about them, and where the reader is. */
export class OpenLog {
  readonly store = new LogStore();
  readonly layout = new LogLayout(this.store);
  groups = this.#groupsOf([]);
  readonly folds = new Folds(this.groups);
  readonly errors: ErrorIndex;
  readonly atError: Cursor;
  /** What is looked for in it, if anything. */
  finding: Finding | null = null;
  readonly #foldQuiet: boolean;
  readonly #changed: () => void;
  #wantedLine = 0;
  #finished = false;
  #headerInUse = -1;

  /**
   * @param foldQuiet whether groups without errors are folded by themselves
   * @param changed runs when there may be something else to draw
   */
  constructor(foldQuiet: boolean, changed: () => void, schedule?: Schedule) {
    this.#foldQuiet = foldQuiet;
    this.#changed = changed;
    this.errors = new ErrorIndex(this.store, changed, schedule);
    this.atError = new Cursor(this.errors);
  }

  append(bytes: Uint8Array): void {
    this.store.append(bytes);
    this.groups.update();
    this.#grown();
  }

  /** Tells of all phases of the job that are known to have begun, in order. */
  setPhases(phases: readonly PhaseBegin[]): void {
    this.groups = this.#groupsOf(phases);
    if (this.#finished) this.groups.finish();
    else this.groups.update();
    this.folds.regroup(this.groups);
    this.#changed();
  }

  /** No more bytes will come. */
  finish(): void {
    this.#finished = true;
    this.store.finish();
    this.groups.finish();
    this.#grown();
  }

  stop(): void {
    this.errors.stop();
  }

  /** The row of the header that was gone to or toggled last, or -1. */
  get headerInUse(): number {
    return this.#headerInUse;
  }

  /** To be called before what is drawn is taken from the layout. */
  settle(): void {
    if (this.#foldQuiet) this.folds.foldQuietOnes(this.errors);
    this.layout.fold(this.folds.hidden);
    if (this.#wantedLine > 0 && this.#show(this.store.rowOfLine(this.#wantedLine))) this.#wantedLine = 0;
    this.atError.settle(this.#allErrorsKnown);
    const match = this.finding?.settle() ?? -1;
    if (match >= 0) this.#show(match);
  }

  /** Brings a line into view, as soon as it is there. */
  showLine(line: number): void {
    this.#wantedLine = line;
    this.#changed();
  }

  /** Goes to the next place of a kind, or the one before; `complete` when there come no more. False: there is none. */
  step(cursor: Cursor, direction: 1 | -1, complete: boolean): boolean {
    if (!cursor.step(direction, this.layout.topRow, complete)) return false;
    this.#show(cursor.row);
    this.#changed();
    return true;
  }

  stepError(direction: 1 | -1): boolean {
    return this.step(this.atError, direction, this.#allErrorsKnown);
  }

  /** Goes to the first error of all. */
  showFirstError(): void {
    this.atError.leave();
    if (!this.atError.step(1, 0, true)) return;
    this.#show(this.atError.row);
    this.#changed();
  }

  /** Goes to the first of the errors that made the job fail, as far as one can tell. False: there is none. */
  showFailure(): boolean {
    const row = this.errors.firstOfLast(NEAR_END);
    if (row < 0) return false;
    this.atError.seek(row);
    this.#wantedLine = this.store.lineOfRow(row);
    this.#changed();
    return true;
  }

  toggle(group: number): void {
    this.folds.toggle(group);
    this.#headerInUse = this.groups.all[group]?.header ?? -1;
    this.#changed();
  }

  /**
   * Goes to the header of the next group, or the one before, as seen from that which is in use and in
   * view, or from the top of the view. Answers the group, or -1 for none.
   */
  showGroup(direction: 1 | -1): number {
    const { all } = this.groups;
    const from = this.layout.isInView(this.#headerInUse) ? this.#headerInUse : this.layout.topRow - 1;
    let index = direction === 1 ? this.groups.firstFrom(from + 1) : this.groups.firstFrom(from) - 1;
    for (; index >= 0 && index < all.length; index += direction) {
      const header = all[index]?.header ?? -1;
      if (this.folds.isHidden(header)) continue;
      this.#headerInUse = header;
      this.#show(header);
      this.#changed();
      return index;
    }
    return -1;
  }

  #groupsOf(phases: readonly PhaseBegin[]): Groups {
    return new Groups(this.store, (row) => this.store.isContinuation(row), phases);
  }

  get #allErrorsKnown(): boolean {
    return this.errors.searched === this.store.finishedRows;
  }

  #show(row: number): boolean {
    if (row >= this.store.rowCount) return false;
    this.folds.reveal(row);
    this.layout.fold(this.folds.hidden);
    return this.layout.show(row);
  }

  #grown(): void {
    this.errors.update();
    this.finding?.update();
    this.#changed();
  }
}
