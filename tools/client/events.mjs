// Reads a stream of Server-Sent Events.
import { reasonOf } from './api.mjs';
import { Unreachable } from './failure.mjs';

/** Of one event; more is nothing that this server sends. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** Takes a stream's text as it comes. */
export class EventReader {
  #decoder = new TextDecoder();
  #line = '';
  #endedByReturn = false;
  #event = { type: '', data: [] };
  #size = 0;

  /** @returns {{ type: string, data: string }[]} the events that are complete with these bytes */
  take(bytes) {
    const complete = [];
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return complete;
    // The other half of a line's end.
    if (this.#endedByReturn && text.startsWith('\n')) text = text.slice(1);
    this.#endedByReturn = text.endsWith('\r');
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = this.#line + lines[0];
    this.#line = lines.pop();
    for (const line of lines) this.#takeLine(line, complete);
    if (this.#line.length + this.#size > MOST_CHARACTERS) throw new Error('an event is too large');
    return complete;
  }

  #takeLine(line, complete) {
    if (line === '') {
      const { type, data } = this.#event;
      if (data.length > 0) complete.push({ type: type || 'message', data: data.join('\n') });
      this.#event = { type: '', data: [] };
      this.#size = 0;
      return;
    }
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
    this.#size += line.length;
    if (field === 'event') this.#event.type = value ?? '';
    if (field === 'data') this.#event.data.push(value ?? '');
  }
}

/**
 * The events of an answer's body, until it ends. One that is silent for `silence` milliseconds has broken:
 * `close` is called. Throws Unreachable when it breaks.
 */
export async function* eventsOf(body, silence, close) {
  const reader = new EventReader();
  let timer = setTimeout(close, silence);
  try {
    for await (const bytes of body) {
      clearTimeout(timer);
      timer = setTimeout(close, silence);
      yield* reader.take(bytes);
    }
  } catch (error) {
    throw new Unreachable(reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}
