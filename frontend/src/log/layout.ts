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
  /** Rows to have in the document, ascending. */
  first: number;
  end: number;
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
  readonly #heights: Heights;
  #top = 0;
  #heightPx = 600;
  #columns = 0;

  constructor(store: LogStore) {
    this.#store = store;
    this.#heights = new Heights((row) => store.rowLength(row));
  }

  /** @param columns where to wrap; 0: not at all. */
  resize(heightPx: number, columns: number): void {
    this.#heightPx = heightPx;
    if (columns === this.#columns) return;
    const topRow = this.#rowAt(this.#top);
    this.#columns = columns;
    this.#heights.setColumns(columns);
    this.#heights.update(this.#store.finishedRows);
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
    this.#heights.update(this.#store.finishedRows);
    const rowTop = this.#heights.before(row) * ROW_PX;
    const visible = rowTop >= this.#top && rowTop + ROW_PX <= this.#top + this.#heightPx;
    if (!visible) this.#top = Math.max(0, rowTop - CONTEXT_ROWS * ROW_PX);
    return true;
  }

  frame(): Frame {
    const rows = this.#store.rowCount;
    this.#heights.update(this.#store.finishedRows);
    const viewport = this.#viewport();
    const maxTop = Math.max(0, viewport.contentPx - this.#heightPx);
    this.#top = Math.min(maxTop, Math.max(0, this.#top));

    const first = Math.max(0, this.#rowAt(this.#top) - OVERSCAN);
    const lastScreenRow = (this.#top + this.#heightPx) / ROW_PX + OVERSCAN;
    let screenRow = this.#heights.before(first);
    const firstPx = screenRow * ROW_PX;
    let end = first;
    while (end < rows && screenRow < lastScreenRow) screenRow += this.#heights.of(end++);

    const scrollTop = viewport.scrollFor(this.#top);
    return {
      first,
      end,
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
