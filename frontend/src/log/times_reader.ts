import { formatLogTime, LogTimes, type TimesPage } from './log_times';
import type { TimeStyle } from './time_style';

export interface TimesSource {
  read(offset: number, signal: AbortSignal): Promise<TimesPage>;
  /** Calls back once after `ms`, unless the answer is called before. */
  wait(ms: number, then: () => void): () => void;
}

const INTERVAL_MS = 1_000;
const MOST_INTERVAL_MS = 30_000;

/**
 * Keeps the times of a log that may grow: reads page after page up to what is there, and again when
 * the log has grown, but not more often than once a second, and less often while that fails.
 */
export class TimesReader {
  readonly times = new LogTimes();
  readonly #source: TimesSource;
  readonly #changed: () => void;
  readonly #abort = new AbortController();
  #size = 0;
  #next = 0;
  #failures = 0;
  #busy = false;
  #cancelWait: () => void = () => {};

  constructor(source: TimesSource, changed: () => void) {
    this.#source = source;
    this.#changed = changed;
  }

  /** The times are not told; asked again by and by. */
  get failed(): boolean {
    return this.#failures > 0;
  }

  /** When the byte at `offset` was written, or "" as long as that is not known. */
  textOf(offset: number, style: TimeStyle): string {
    // What was read last may hold no longer.
    const time = offset < this.#next ? this.times.at(offset) : null;
    return time === null ? '' : formatLogTime(time, this.times.start ?? time, style);
  }

  /** The log has this many bytes. */
  grownTo(size: number): void {
    this.#size = size;
    if (!this.#busy && this.#next < size) void this.#read();
  }

  stop(): void {
    this.#abort.abort();
    this.#cancelWait();
  }

  async #read(): Promise<void> {
    const { signal } = this.#abort;
    this.#busy = true;
    try {
      let before = -1;
      while (this.#next < this.#size && this.#next !== before) {
        before = this.#next;
        const page = await this.#source.read(before, signal);
        if (signal.aborted) return;
        this.times.add(page);
        this.#next = Math.max(before, page.next_offset);
        this.#changed();
      }
      this.#failures = 0;
    } catch {
      if (signal.aborted) return;
      this.#failures++;
      this.#changed();
    }
    const pause = Math.min(MOST_INTERVAL_MS, INTERVAL_MS * 2 ** Math.min(this.#failures, 10));
    this.#cancelWait = this.#source.wait(this.#failures > 0 ? pause : INTERVAL_MS, () => {
      this.#busy = false;
      this.grownTo(this.#size);
    });
  }
}
