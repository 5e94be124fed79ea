import type { ProjectUpdate } from '../api/types';
import { decodeBase64 } from './base64';
import type { Connect } from './event_stream';
import { type ConnectionState, type FromHub, SILENT_TAB_MS, type ToHub, type Watch } from './protocol';
import type { ServerSentEvent } from './sse_parser';

/** What the hub needs from its surroundings. */
export interface HubEnvironment {
  connect: Connect;
  /** Milliseconds; only differences matter. */
  now(): number;
  /** Calls back once after `ms`; the answer cancels. */
  after(ms: number, then: () => void): () => void;
  /** 0 ≤ x < 1 */
  random(): number;
}

interface Tab {
  send: (message: FromHub) => void;
  projects: Set<number>;
  /** Log → token of the subscription. */
  logs: Map<string, number>;
  lastHeard: number;
  known: boolean;
}

/** Changes of what is watched within this time become one reconnect. */
const SETTLE_MS = 15;
/** The gateway sends a heartbeat every 15 s at the latest. */
const SILENCE_MS = 40_000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;
/** The gateway carries no more projects and logs on one stream. */
const MAX_SUBJECTS = 40;
/** A connection that lived this long counts as a success for the retry delay. */
const STABLE_MS = 3_000;

/**
 * Holds the one live stream of a browser and shares it among its tabs. It asks for the union of what
 * the tabs watch, and reopens the stream when that changes. For every log it knows the offset
 * reached; a tab that needs earlier bytes makes it go back, and the other tabs drop what they
 * have already. A tab that joins, or adds a project, makes it reopen too: every stream begins with
 * a snapshot, so nobody can miss a change.
 */
export class Hub {
  readonly #env: HubEnvironment;
  readonly #tabs = new Set<Tab>();
  /** The next byte to ask for; null: not to be asked for until a reader says from where. */
  readonly #offsets = new Map<string, number | null>();
  #state: ConnectionState = 'idle';
  #outages = 0;
  #failures = 0;
  #brokeSinceLive = false;
  #suspended = false;
  /** What the open stream carries. */
  #carried = new Set<string>();
  #openedAt = 0;
  #close: (() => void) | null = null;
  #cancelReopen: (() => void) | null = null;
  #cancelWatchdog: () => void = () => {};

  constructor(env: HubEnvironment) {
    this.#env = env;
  }

  /** Adds a tab; the answer takes its messages. */
  attach(send: (message: FromHub) => void): (message: ToHub) => void {
    const tab: Tab = { send, projects: new Set(), logs: new Map(), lastHeard: 0, known: false };
    return (message) => {
      if (message.type === 'bye') this.#remove(tab);
      else this.#watch(tab, message.watch);
    };
  }

  /** Closes the stream until `resume`, for a page that nobody looks at. */
  suspend(): void {
    this.#suspended = true;
    this.#disconnect();
    this.#setState('idle');
  }

  resume(): void {
    if (!this.#suspended) return;
    this.#suspended = false;
    this.#reopen(0);
  }

  /** The network is back: do not wait for the next attempt. */
  retryNow(): void {
    if (this.#state === 'retrying') this.#reopen(0);
  }

  #watch(tab: Tab, watch: Watch): void {
    tab.lastHeard = this.#env.now();
    let reopen = !tab.known;
    if (!tab.known) {
      tab.known = true;
      this.#tabs.add(tab);
      tab.send({ type: 'state', state: this.#state, outages: this.#outages });
    }
    for (const project of watch.projects) reopen ||= !tab.projects.has(project);
    tab.projects = new Set(watch.projects);

    const before = tab.logs;
    tab.logs = new Map(watch.logs.map(({ log, token }) => [log, token]));
    for (const { log, offset, token } of watch.logs) {
      if (before.get(log) === token) continue;
      const reached = this.#offsets.get(log);
      if (reached === undefined || reached === null || reached > offset) {
        this.#offsets.set(log, offset);
        reopen = true;
      }
    }
    this.#dropSilentTabs();
    this.#forgetUnwatched();
    if (reopen || this.#differs()) this.#reopen(SETTLE_MS);
  }

  #remove(tab: Tab): void {
    tab.known = false;
    tab.projects.clear();
    tab.logs.clear();
    if (!this.#tabs.delete(tab)) return;
    this.#forgetUnwatched();
    if (this.#differs()) this.#reopen(SETTLE_MS);
  }

  #dropSilentTabs(): void {
    const limit = this.#env.now() - SILENT_TAB_MS;
    for (const tab of this.#tabs) if (tab.lastHeard < limit) this.#remove(tab);
  }

  #forgetUnwatched(): void {
    for (const log of this.#offsets.keys()) {
      if (![...this.#tabs].some((tab) => tab.logs.has(log))) this.#offsets.delete(log);
    }
  }

  /**
   * What to ask for. When it is too much for one stream, logs go first, then the projects of tabs
   * that look at few of them: a page about one project matters more than a list of many.
   */
  #query(): URLSearchParams {
    const logs = [...this.#offsets]
      .filter(([, offset]) => offset !== null)
      .slice(0, MAX_SUBJECTS)
      .map(([log, offset]) => `${log}@${offset}`);
    const tabs = [...this.#tabs].sort((a, b) => a.projects.size - b.projects.size);
    const projects = new Set(tabs.flatMap((tab) => [...tab.projects]));
    const query = new URLSearchParams();
    for (const project of [...projects].slice(0, MAX_SUBJECTS - logs.length)) {
      query.append('project', `${project}`);
    }
    for (const log of logs) query.append('log', log);
    return query;
  }

  /** Whether the stream carries something that nobody wants, or lacks something. */
  #differs(): boolean {
    const wanted = this.#subjects();
    for (const log of this.#carried) {
      // A log that ended or fell behind is silent anyway: not worth a reconnect.
      if (!wanted.has(log) && this.#offsets.get(log) !== null) return true;
    }
    return [...wanted].some((subject) => !this.#carried.has(subject));
  }

  #subjects(): Set<string> {
    return new Set(
      [...this.#query()].map(([kind, value]) => (kind === 'log' ? value.split('@')[0] ?? '' : value)),
    );
  }

  #reopen(delay: number): void {
    // At once: what the old stream still sends must not move the offsets forward again.
    this.#disconnect();
    if (this.#suspended) return;
    this.#cancelReopen = this.#env.after(delay, () => {
      this.#cancelReopen = null;
      this.#open();
    });
  }

  #disconnect(): void {
    this.#cancelReopen?.();
    this.#cancelReopen = null;
    this.#cancelWatchdog();
    this.#close?.();
    this.#close = null;
    this.#carried = new Set();
  }

  #open(): void {
    const query = this.#query();
    this.#carried = this.#subjects();
    if (this.#carried.size === 0) {
      this.#setState('idle');
      return;
    }
    this.#openedAt = this.#env.now();
    if (this.#state !== 'retrying') this.#setState('connecting');
    this.#feedWatchdog();
    // The characters of a log's name need no escaping in a query, and are easier to read so.
    const text = query.toString().replaceAll('%2F', '/').replaceAll('%40', '@');
    this.#close = this.#env.connect(`/api/v1/stream?${text}`, {
      opened: () => {
        this.#feedWatchdog();
        if (this.#brokeSinceLive) this.#outages++;
        this.#brokeSinceLive = false;
        this.#setState('live');
      },
      alive: () => this.#feedWatchdog(),
      event: (event) => this.#event(event),
      closed: (status) => this.#broken(status),
    });
  }

  #feedWatchdog(): void {
    this.#cancelWatchdog();
    this.#cancelWatchdog = this.#env.after(SILENCE_MS, () => this.#broken(null));
  }

  #broken(status: number | null): void {
    const lived = this.#env.now() - this.#openedAt;
    this.#failures = this.#state === 'live' && lived >= STABLE_MS ? 0 : this.#failures + 1;
    this.#brokeSinceLive = true;
    this.#disconnect();
    if (status === 401) {
      this.#setState('idle');
      this.#broadcast({ type: 'signed_out' });
      return;
    }
    this.#setState('retrying');
    const base = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(8, this.#failures));
    this.#reopen(base * (0.7 + 0.6 * this.#env.random()));
  }

  #event(event: ServerSentEvent): void {
    try {
      const data: unknown = JSON.parse(event.data);
      if (event.name === 'project') this.#project(data as ProjectUpdate);
      else if (event.name === 'log') this.#chunk(data as { log: string; offset: number; bytes: string });
      else if (event.name === 'log_end') this.#ended(data as { log: string; size: number });
      else if (event.name === 'log_behind') this.#behind(data as { log: string });
    } catch {
      // Not what the gateway sends: ask again rather than go on with half of it.
      this.#broken(null);
    }
  }

  #project(update: ProjectUpdate): void {
    for (const tab of this.#tabs) {
      if (tab.projects.has(update.project_id)) tab.send({ type: 'project', update });
    }
  }

  #chunk({ log, offset, bytes: encoded }: { log: string; offset: number; bytes: string }): void {
    if (typeof this.#offsets.get(log) !== 'number') return;
    const bytes = decodeBase64(encoded);
    this.#offsets.set(log, offset + bytes.length);
    this.#tell(log, { type: 'chunk', log, offset, bytes });
  }

  #ended({ log, size }: { log: string; size: number }): void {
    if (!this.#offsets.has(log)) return;
    this.#offsets.set(log, null);
    this.#tell(log, { type: 'end', log, size });
  }

  #behind({ log }: { log: string }): void {
    if (!this.#offsets.has(log)) return;
    this.#offsets.set(log, null);
    this.#tell(log, { type: 'behind', log });
  }

  #tell(log: string, message: FromHub): void {
    for (const tab of this.#tabs) if (tab.logs.has(log)) tab.send(message);
  }

  #broadcast(message: FromHub): void {
    for (const tab of this.#tabs) tab.send(message);
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#broadcast({ type: 'state', state, outages: this.#outages });
  }
}
