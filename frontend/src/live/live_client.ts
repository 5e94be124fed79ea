import type { ProjectUpdate } from '../api/types';
import type { LogListener } from '../log/follower';
import type { Port } from './port';
import type { ConnectionState, FromHub } from './protocol';

interface LogSubscription {
  log: string;
  token: number;
  position: () => number;
  listener: LogListener;
}

/** What a client needs from the page that it lives in. */
export interface ClientEnvironment {
  /** Connects to a hub; `onReplaced` runs when that hub was replaced by one that knows nothing. */
  open(receive: (message: FromHub) => void, onReplaced: () => void): Port;
  /** Runs `then` a little later, once for everything that changes in this turn. */
  defer(then: () => void): void;
  onState(state: ConnectionState, outages: number): void;
  onSignedOut(): void;
}

/** One tab's side of the live stream: what the tab wants to know, and who in it wants to know it. */
export class LiveClient {
  readonly #env: ClientEnvironment;
  readonly #projects = new Map<number, Set<(update: ProjectUpdate) => void>>();
  readonly #logs = new Set<LogSubscription>();
  #port: Port | null = null;
  #nextToken = 1;
  #scheduled = false;

  constructor(env: ClientEnvironment) {
    this.#env = env;
  }

  /** Calls back with every state of the project's newest builds, until the answer is called. */
  watchProject(project: number, listener: (update: ProjectUpdate) => void): () => void {
    const listeners = this.#projects.get(project) ?? new Set();
    listeners.add(listener);
    this.#projects.set(project, listeners);
    this.#schedule();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#projects.delete(project);
      this.#schedule();
    };
  }

  /** Tells the listener about a log from `position()` on, until the answer is called. */
  watchLog(log: string, position: () => number, listener: LogListener): () => void {
    const subscription = { log, token: this.#nextToken++, position, listener };
    this.#logs.add(subscription);
    this.#schedule();
    return () => {
      if (this.#logs.delete(subscription)) this.#schedule();
    };
  }

  /** Says that this tab is still there; to be called every KEEPALIVE_MS. */
  keepAlive(): void {
    if (this.#port) this.#post();
  }

  /** Asks again for everything, each log from where its reader is. */
  renew(): void {
    for (const subscription of this.#logs) subscription.token = this.#nextToken++;
    this.#schedule();
  }

  /** The tab is going away, perhaps to come back with `renew`. */
  leave(): void {
    this.#port?.({ type: 'bye' });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#env.defer(() => {
      this.#scheduled = false;
      this.#post();
    });
  }

  #post(): void {
    if (!this.#port) {
      if (this.#projects.size === 0 && this.#logs.size === 0) return;
      this.#port = this.#env.open(
        (message) => this.#receive(message),
        () => this.renew(),
      );
    }
    this.#port({
      type: 'watch',
      watch: {
        projects: [...this.#projects.keys()],
        logs: [...this.#logs].map(({ log, token, position }) => ({ log, token, offset: position() })),
      },
    });
  }

  #receive(message: FromHub): void {
    switch (message.type) {
      case 'state':
        this.#env.onState(message.state, message.outages);
        break;
      case 'signed_out':
        this.#env.onSignedOut();
        break;
      case 'project':
        for (const listener of this.#projects.get(message.update.project_id) ?? []) {
          listener(message.update);
        }
        break;
      default:
        // A listener may subscribe anew while it is told: go over a copy.
        for (const { log, listener } of Array.from(this.#logs)) {
          if (log !== message.log) continue;
          if (message.type === 'chunk') listener.chunk(message.offset, message.bytes);
          else if (message.type === 'end') listener.end(message.size);
          else listener.behind();
        }
    }
  }
}
