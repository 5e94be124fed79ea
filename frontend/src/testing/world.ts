import { ApiError } from '../api/errors';
import type { LogExtent } from '../api/log';
import type { StreamListener } from '../live/event_stream';
import { Hub } from '../live/hub';
import { LiveClient } from '../live/live_client';
import type { FromHub } from '../live/protocol';
import { SseParser } from '../live/sse_parser';
import { type FollowerState, LogFollower } from '../log/follower';
import type { Random } from './random';

interface Connection {
  offset: number | null;
  text: string;
  started: boolean;
  parser: SseParser;
  listener: StreamListener;
}

interface Read {
  position: number;
  extent: LogExtent;
  onBytes: (offset: number, bytes: Uint8Array) => void;
  resolve: (extent: LogExtent) => void;
  reject: (error: unknown) => void;
}

export interface Reader {
  follower: LogFollower;
  received: number[];
  states: FollowerState[];
  close(): void;
}

const LOG = '1/1/1/1';

/**
 * A gateway with one log, a hub, and tabs, in which everything that takes time is a step that the
 * test takes when chance says so: bytes arrive in any pieces, messages between tabs and hub wait in
 * queues, connections break anywhere, and the stream repeats bytes, skips some, or falls behind.
 */
export class World {
  readonly #random: Random;
  readonly #full: Uint8Array;
  /** Bytes that the stream has, and bytes that a read finds; the latter may lag. */
  #live = 0;
  #stored = 0;
  #sealed = false;
  #now = 0;
  #timers: { at: number; run: () => void }[] = [];
  #connection: Connection | null = null;
  readonly #reads = new Set<Read>();
  readonly #queues = new Set<(() => void)[]>();
  #faithful = false;
  readonly #hub: Hub;
  connects = 0;

  constructor(random: Random, full: Uint8Array) {
    this.#random = random;
    this.#full = full;
    this.#hub = new Hub({
      connect: (url, listener) => this.#connect(url, listener),
      now: () => this.#now,
      after: (ms, then) => this.#after(ms, then),
      random: () => random.next(),
    });
  }

  /** From now on nothing goes wrong any more, and the log ends. */
  makeFaithful(): void {
    this.#faithful = true;
    this.#live = this.#stored = this.#full.length;
    this.#sealed = true;
  }

  addReader(): Reader {
    const received: number[] = [];
    const states: FollowerState[] = [];
    const toHub: (() => void)[] = [];
    const toTab: (() => void)[] = [];
    this.#queues.add(toHub).add(toTab);
    const client = new LiveClient({
      open: (receive) => {
        const post = this.#hub.attach((message: FromHub) => toTab.push(() => receive(message)));
        return (message) => toHub.push(() => post(message));
      },
      defer: (then) => toHub.push(then),
      onState: () => {},
      onSignedOut: () => {},
    });
    const follower = new LogFollower(
      {
        read: (offset, onBytes, signal) => this.#read(offset, onBytes, signal),
        watch: (position, listener) => client.watchLog(LOG, position, listener),
        wait: (ms, then) => this.#after(ms, then),
      },
      (bytes) => received.push(...bytes),
      (state) => states.push(state),
    );
    follower.start();
    return {
      follower,
      received,
      states,
      close() {
        follower.stop();
        client.leave();
      },
    };
  }

  /** One thing happens. */
  async step(): Promise<void> {
    const random = this.#random;
    switch (random.below(this.#faithful ? 4 : 8)) {
      case 0:
        this.#fireTimer();
        break;
      case 1:
        this.#passMessage();
        break;
      case 2:
        this.#deliverStream();
        break;
      case 3:
        this.#deliverRead();
        break;
      case 4:
        this.#live = Math.min(this.#full.length, this.#live + random.below(60));
        break;
      case 5:
        this.#stored += random.below(this.#live - this.#stored + 1);
        break;
      case 6:
        if (random.chance(0.2)) this.#breakStream();
        break;
      case 7:
        if (random.chance(0.3)) this.#failRead();
        break;
    }
    // Let what was promised come true.
    for (let i = 0; i < 6; i++) await Promise.resolve();
  }

  #after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  #fireTimer(): void {
    // The watchdog, the longest timer of all, must not run ahead of a living connection.
    const due = this.#timers.filter(({ at }) => at - this.#now < 30_000).sort((a, b) => a.at - b.at)[0];
    if (!due) return;
    this.#timers = this.#timers.filter((other) => other !== due);
    this.#now = Math.max(this.#now, due.at);
    due.run();
  }

  #passMessage(): void {
    const waiting = [...this.#queues].filter((queue) => queue.length > 0);
    waiting[this.#random.below(waiting.length)]?.shift()?.();
  }

  #connect(url: string, listener: StreamListener): () => void {
    this.connects++;
    const value = new URL(url, 'http://host').searchParams.get('log');
    const connection: Connection = {
      offset: value === null ? null : Number(value.split('@')[1]),
      text: ': hello\n\n',
      started: false,
      parser: new SseParser((event) => listener.event(event)),
      listener,
    };
    this.#connection = connection;
    return () => {
      if (this.#connection === connection) this.#connection = null;
    };
  }

  #deliverStream(): void {
    const connection = this.#connection;
    if (!connection) return;
    if (!connection.started) {
      connection.started = true;
      connection.listener.opened();
      return;
    }
    if (connection.text.length < 400) this.#produce(connection);
    const length = 1 + this.#random.below(300);
    const part = connection.text.slice(0, length);
    connection.text = connection.text.slice(length);
    connection.listener.alive();
    connection.parser.feed(part);
  }

  #produce(connection: Connection): void {
    const random = this.#random;
    if (connection.offset === null) return;
    const write = (name: string, data: object) => {
      connection.text += `event: ${name}\ndata: ${JSON.stringify({ log: LOG, ...data })}\n\n`;
    };
    if (!this.#faithful && random.chance(0.05)) {
      write('log_behind', { offset: connection.offset });
      connection.offset = null;
      return;
    }
    const lost = !this.#faithful && random.chance(0.1) ? random.below(20) : 0;
    const repeated = !this.#faithful && random.chance(0.2) ? random.below(40) : 0;
    const from = Math.max(0, Math.min(this.#live, connection.offset + lost) - repeated);
    const to = Math.min(this.#live, from + random.below(80));
    if (to > from) {
      const bytes = btoa(String.fromCharCode(...this.#full.subarray(from, to)));
      write('log', { offset: from, bytes });
      connection.offset = Math.max(connection.offset, to);
    }
    if (this.#sealed && connection.offset >= this.#full.length) {
      write('log_end', { size: this.#full.length, sha256: '' });
      connection.offset = null;
    }
  }

  #breakStream(): void {
    const connection = this.#connection;
    if (!connection) return;
    this.#connection = null;
    connection.listener.closed(this.#random.chance(0.2) ? 503 : null);
  }

  #read(
    offset: number,
    onBytes: (offset: number, bytes: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<LogExtent> {
    return new Promise((resolve, reject) => {
      // Live bytes may be ahead of what is stored; then there is nothing to read.
      const size = Math.max(offset, this.#stored);
      const sealed = this.#sealed;
      const read = { position: offset, extent: { size, sealed }, onBytes, resolve, reject };
      this.#reads.add(read);
      signal.addEventListener('abort', () => this.#reads.delete(read));
    });
  }

  #deliverRead(): void {
    const read = [...this.#reads][this.#random.below(this.#reads.size)];
    if (!read) return;
    const end = Math.min(read.extent.size, read.position + this.#random.below(200));
    if (end > read.position) read.onBytes(read.position, this.#full.subarray(read.position, end));
    read.position = end;
    if (end < read.extent.size) return;
    this.#reads.delete(read);
    read.resolve(read.extent);
  }

  #failRead(): void {
    const read = [...this.#reads][this.#random.below(this.#reads.size)];
    if (!read) return;
    this.#reads.delete(read);
    read.reject(new ApiError(this.#random.pick([0, 503]), 'network', 'broken'));
  }
}
