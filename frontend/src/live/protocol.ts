import type { ProjectUpdate } from '../api/types';

/** One reader of one log. */
export interface LogWatch {
  log: string;
  /** The byte that the reader needs next. */
  offset: number;
  /**
   * Names this subscription. A token that the hub has not seen from this tab means "from `offset`
   * on"; a known one only says that the reader is still there.
   */
  token: number;
}

/** Everything that a tab wants to be told about. Always the whole of it, so it is safe to repeat. */
export interface Watch {
  projects: number[];
  logs: LogWatch[];
}

export type ToHub = { type: 'watch'; watch: Watch } | { type: 'bye' };

export type ConnectionState = 'idle' | 'connecting' | 'live' | 'retrying';

export type FromHub =
  /** `outages` counts the times the stream broke and came back: time to look again at what it does not carry. */
  | { type: 'state'; state: ConnectionState; outages: number }
  | { type: 'project'; update: ProjectUpdate }
  | { type: 'chunk'; log: string; offset: number; bytes: Uint8Array }
  | { type: 'end'; log: string; size: number }
  | { type: 'behind'; log: string }
  | { type: 'signed_out' };

/** Tabs repeat their watch this often, ... */
export const KEEPALIVE_MS = 30_000;
/** ... and one that has been silent for so long is gone. Background tabs may be slowed to 60 s. */
export const SILENT_TAB_MS = 180_000;
