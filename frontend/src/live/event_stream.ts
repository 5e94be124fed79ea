import { SseParser, type ServerSentEvent } from './sse_parser';

/** Told about one connection; nothing is called after the connection was closed by us. */
export interface StreamListener {
  opened(): void;
  event(event: ServerSentEvent): void;
  /** Something arrived, be it only a heartbeat. */
  alive(): void;
  /** The connection is over. `status` is that of a refusal, null for anything else. */
  closed(status: number | null): void;
}

/** Opens a stream; the answer closes it. */
export type Connect = (url: string, listener: StreamListener) => () => void;

/**
 * Server-Sent Events by `fetch` rather than by `EventSource`: the status of a refusal is visible,
 * silence can be noticed, and a reconnect asks for exactly the offsets that were reached.
 */
export const connectEventStream: Connect = (url, listener) => {
  const controller = new AbortController();
  const { signal } = controller;

  async function run(): Promise<number | null> {
    const response = await fetch(url, {
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { Accept: 'text/event-stream' },
      signal,
    });
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok) return response.status;
    if (!response.body || !type.startsWith('text/event-stream')) return null;
    listener.opened();
    const parser = new SseParser((event) => {
      if (!signal.aborted) listener.event(event);
    });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return null;
      listener.alive();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  async function report(): Promise<void> {
    const status = await run().catch(() => null);
    if (signal.aborted) return;
    controller.abort();
    listener.closed(status);
  }

  void report();
  return () => controller.abort();
};
