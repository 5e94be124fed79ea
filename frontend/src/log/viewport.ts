/** Browsers break above this element height (Firefox at 18 M pixels, Chromium at 33 M). */
const MAX_SPACER_PX = 8_000_000;

/**
 * Maps a scroll position to a position in a list that may be taller than any element can be. Up to
 * 8 million pixels both are the same; beyond, the scroll position is stretched proportionally.
 */
export class Viewport {
  /** @param contentPx the list's true height; @param heightPx that of the visible part. */
  constructor(
    readonly contentPx: number,
    readonly heightPx: number,
  ) {}

  /** The height to give to the element that makes the scroll bar. */
  get spacerPx(): number {
    return Math.min(this.contentPx, MAX_SPACER_PX);
  }

  get #stretch(): number {
    const scrollable = this.spacerPx - this.heightPx;
    return scrollable <= 0 ? 1 : Math.max(1, (this.contentPx - this.heightPx) / scrollable);
  }

  /** What part of the list is at the top of the visible part, in the list's own pixels. */
  contentAt(scrollTop: number): number {
    return scrollTop * this.#stretch;
  }

  scrollFor(contentTop: number): number {
    return contentTop / this.#stretch;
  }

  get bottom(): number {
    return Math.max(0, this.spacerPx - this.heightPx);
  }
}
