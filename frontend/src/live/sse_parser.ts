export interface ServerSentEvent {
  name: string;
  data: string;
}

/** More than any event of ours; beyond, the stream is not what we think it is. */
const MAX_BUFFER = 16 * 1024 * 1024;

/** Cuts a Server-Sent-Events stream into events, however its text arrives in pieces. */
export class SseParser {
  #rest = '';
  #name = '';
  #data: string[] = [];
  readonly #onEvent: (event: ServerSentEvent) => void;

  constructor(onEvent: (event: ServerSentEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Throws RangeError when an event grows beyond all measure. */
  feed(text: string): void {
    const buffer = this.#rest + text;
    let start = 0;
    for (;;) {
      const end = buffer.indexOf('\n', start);
      if (end < 0) break;
      this.#line(buffer.slice(start, buffer[end - 1] === '\r' && end > start ? end - 1 : end));
      start = end + 1;
    }
    this.#rest = buffer.slice(start);
    if (this.#rest.length > MAX_BUFFER) throw new RangeError('event too long');
  }

  #line(line: string): void {
    if (line === '') {
      if (this.#data.length > 0) {
        this.#onEvent({ name: this.#name || 'message', data: this.#data.join('\n') });
      }
      this.#name = '';
      this.#data = [];
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
  }
}
