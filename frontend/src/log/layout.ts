import { FoldedHeights } from './folded_heights';
import type { Hidden } from './folds';
import { Heights } from './heights';
import type { LogStore } from './store';
import { Viewport } from './viewport';

/** Must agree with --log-row in the styles. */
export const ROW_PX = 20;
const OVERSCAN = 12;
/** Free space below the last row. */
const FOOT_PX = 8;
/** Lines above the one that was asked for, so that it does not stick to the edge. */
const CONTEXT_ROWS = 4;

/** What to draw. */
export interface Frame {
  /** Those to have in the document, ascending. */
  rows: number[];
  /** Where the first of them goes, relative to the scrolled element's own content. */
  shiftPx: number;
  scrollTop: number;
  spacerPx: number;
  /** The view shows the end of the log. */
  atEnd: boolean;
}

/**
 * Which rows of a log are on the screen. The truth is `top`, what part of the log the view begins
 * with; the scroll bar follows from it. So rows can be added, and wrapping can change the
 * heights of a million of them, without anything moving under the reader's eyes.
 */
export class LogLayout {
  readonly #store: LogStore;
  readonly #wrapped: Heights;
  readonly #heights: FoldedHeights;
  #top = 0;
  #heightPx = 600;
  #columns = 0;

  constructor(store: LogStore) {
    this.#store = store;
    this.#wrapped = new Heights((row) => store.text(row).length);
    this.#heights = new FoldedHeights(this.#wrapped);
  }

  /** The row that the view begins with. */
  get topRow(): number {
    return this.#rowAt(this.#top);
  }

  /** Leaves rows out; the row at the top stays there, or the one that its group begins with. */
  fold(hidden: readonly Hidden[]): void {
    if (!this.#heights.differs(hidden)) return;
    const topRow = this.#rowAt(this.#top);
    const within = this.#top - this.#heights.before(topRow) * ROW_PX;
    this.#heights.setHidden(hidden);
    const top = this.#heights.visible(topRow);
    this.#top = this.#heights.before(top) * ROW_PX + (top === topRow ? within : 0);
  }

  /** @param columns where to wrap; 0: not at all. */
  resize(heightPx: number, columns: number): void {
    this.#heightPx = heightPx;
    if (columns === this.#columns) return;
    const topRow = this.#rowAt(this.#top);
    this.#columns = columns;
    this.#wrapped.setColumns(columns);
    this.#wrapped.update(this.#store.finishedRows);
    this.#heights.measureAgain();
    this.#top = this.#heights.before(topRow) * ROW_PX;
  }

  scrolledTo(scrollTop: number): void {
    this.#top = this.#viewport().contentAt(scrollTop);
  }

  showEnd(): void {
    this.#top = Number.MAX_SAFE_INTEGER;
  }

  /** Brings a row into view if it is not there. False: there is no such row yet. */
  show(row: number): boolean {
    if (row >= this.#store.rowCount) return false;
    this.#wrapped.update(this.#store.finishedRows);
    if (!this.isInView(row)) this.#top = Math.max(0, (this.#heights.before(row) - CONTEXT_ROWS) * ROW_PX);
    return true;
  }

  isInView(row: number): boolean {
    if (row < 0) return false;
    const rowTop = this.#heights.before(row) * ROW_PX;
    return rowTop >= this.#top && rowTop + ROW_PX <= this.#top + this.#heightPx;
  }

  frame(): Frame {
    const rows = this.#store.rowCount;
    this.#wrapped.update(this.#store.finishedRows);
    const viewport = this.#viewport();
    const maxTop = Math.max(0, viewport.contentPx - this.#heightPx);
    this.#top = Math.min(maxTop, Math.max(0, this.#top));

    let first = this.#rowAt(this.#top);
    for (let i = 0; i < OVERSCAN && first > 0; i++) first = this.#heights.visible(first - 1);
    const lastScreenRow = (this.#top + this.#heightPx) / ROW_PX + OVERSCAN;
    let screenRow = this.#heights.before(first);
    const firstPx = screenRow * ROW_PX;
    const drawn: number[] = [];
    for (let row = first; row < rows && screenRow < lastScreenRow; row = this.#heights.after(row)) {
      drawn.push(row);
      screenRow += this.#wrapped.of(row);
    }

    const scrollTop = viewport.scrollFor(this.#top);
    return {
      rows: drawn,
      shiftPx: scrollTop + firstPx - this.#top,
      scrollTop,
      spacerPx: viewport.spacerPx,
      atEnd: this.#top >= maxTop - 1,
    };
  }

  #rowAt(top: number): number {
    return Math.max(0, this.#heights.at(top / ROW_PX, this.#store.rowCount));
  }

  #viewport(): Viewport {
    const rowsPx = this.#heights.before(this.#store.rowCount) * ROW_PX;
    return new Viewport(rowsPx + FOOT_PX, this.#heightPx);
  }
}
