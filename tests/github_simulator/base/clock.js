/** Wall time in milliseconds since the epoch, with fractions: what `Date.now()` is too coarse for. */
export class WallClock {
  #offset = 0;

  /** @returns {number} */
  now() {
    const fine = performance.timeOrigin + performance.now() + this.#offset;
    const coarse = Date.now();
    // The fine clock is monotonic and does not follow a wall clock that is being adjusted.
    if (Math.abs(fine - coarse) > 2) {
      this.#offset += coarse - fine;
      return coarse;
    }
    return Math.round(fine * 1000) / 1000;
  }
}

/**
 * GitHub's time format: UTC, whole seconds.
 * @param {number} ms
 */
export function isoSeconds(ms) {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
