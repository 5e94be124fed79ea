import { ApiError } from '../api/errors';
import type { LogExtent } from '../api/log';

/** What a live stream tells about one log. */
export interface LogListener {
  chunk(offset: number, bytes: Uint8Array): void;
  end(size: number): void;
  /** The stream no longer holds our bytes. */
  behind(): void;
}

/** Where a log's bytes come from. */
export interface LogSource {
  /** The stored bytes from `offset` on, as `readLog` of the API gives them. */
  read(
    offset: number,
    onBytes: (offset: number, bytes: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<LogExtent>;
  /** Live bytes from `position()` on, until the answer is called. */
  watch(position: () => number, listener: LogListener): () => void;
  /** Calls back once after `ms`, unless the answer is called before. */
  wait(ms: number, then: () => void): () => void;
}

export type FollowerState =
  | { kind: 'loading' }
  | { kind: 'live' }
  | { kind: 'retrying'; message: string }
  | { kind: 'complete' }
  /** Will not get better by itself. */
  | { kind: 'failed'; message: string };

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

/**
 * Reads one log from its first byte to its last, each exactly once and in order: stored bytes
 * first, then the live stream from the offset reached, and stored bytes again whenever the stream
 * skipped some. Every arriving byte carries its offset, so repeated bytes are dropped and a gap is
 * seen at once; nothing depends on the order or reliability of what happens in between.
 */
export class LogFollower {
  readonly #source: LogSource;
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #onState: (state: FollowerState) => void;
  #next = 0;
  /** Attempts to catch up since the last byte of progress. */
  #attempts = 0;
  #reading: AbortController | null = null;
  #unwatch: () => void = () => {};
  #cancelWait: (() => void) | null = null;
  #stopped = false;

  constructor(
    source: LogSource,
    sink: (bytes: Uint8Array) => void,
    onState: (state: FollowerState) => void,
  ) {
    this.#source = source;
    this.#sink = sink;
    this.#onState = onState;
  }

  /** The offset of the next byte that the sink will get. */
  get position(): number {
    return this.#next;
  }

  start(): void {
    this.#onState({ kind: 'loading' });
    void this.#read();
  }

  /** Ends everything; nothing is called afterwards. */
  stop(): void {
    this.#stopped = true;
    this.#reading?.abort();
    this.#cancelWait?.();
    this.#unwatch();
  }

  async #read(): Promise<void> {
    this.#cancelWait = null;
    const reading = new AbortController();
    this.#reading = reading;
    try {
      const take = (offset: number, bytes: Uint8Array) => {
        if (!this.#stopped) this.#accept(offset, bytes);
      };
      const extent = await this.#source.read(this.#next, take, reading.signal);
      if (this.#stopped) return;
      this.#reading = null;
      if (this.#next < extent.size) this.#retry('The log broke off on its way.');
      else if (extent.sealed) this.#finish(extent.size);
      else this.#watch();
    } catch (error) {
      if (this.#stopped) return;
      this.#reading = null;
      if (error instanceof ApiError && error.status === 401) {
        this.#fail('Sign in again to see this log.');
      } else {
        this.#retry(error instanceof Error ? error.message : 'The log could not be read.');
      }
    }
  }

  #watch(): void {
    this.#unwatch();
    this.#onState({ kind: 'live' });
    this.#unwatch = this.#source.watch(() => this.#next, {
      chunk: (offset, bytes) => {
        if (!this.#stopped && !this.#accept(offset, bytes)) this.#catchUp();
      },
      end: (size) => {
        if (this.#stopped) return;
        if (this.#next < size) this.#catchUp();
        else this.#finish(size);
      },
      behind: () => {
        if (!this.#stopped) this.#catchUp();
      },
    });
  }

  /** False: bytes are missing before these. */
  #accept(offset: number, bytes: Uint8Array): boolean {
    if (offset > this.#next) return false;
    const known = this.#next - offset;
    if (known >= bytes.length) return true;
    this.#next = offset + bytes.length;
    this.#attempts = 0;
    this.#sink(known === 0 ? bytes : bytes.subarray(known));
    return true;
  }

  /** Fills a gap from the stored bytes: at once the first time, then ever more patiently. */
  #catchUp(): void {
    if (this.#reading || this.#cancelWait) return;
    if (this.#attempts++ === 0) void this.#read();
    else this.#later();
  }

  #retry(message: string): void {
    this.#attempts++;
    this.#onState({ kind: 'retrying', message });
    this.#later();
  }

  #later(): void {
    const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(10, this.#attempts - 1));
    this.#cancelWait = this.#source.wait(delay, () => void this.#read());
  }

  #finish(size: number): void {
    if (this.#next > size) {
      this.#fail(`The log ends at byte ${size}, but ${this.#next} bytes arrived. Reload to see it as stored.`);
      return;
    }
    this.stop();
    this.#onState({ kind: 'complete' });
  }

  #fail(message: string): void {
    this.stop();
    this.#onState({ kind: 'failed', message });
  }
}
