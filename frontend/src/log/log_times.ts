import type { TimeStyle } from './time_style';

/** One page of marks as the API gives them. */
export interface TimesPage {
  /** Offset, time, offset, time, ...: each the difference to the one before of its kind. */
  marks: number[];
  next_offset: number;
}

/** When a log's bytes were written, as far as that is known: ascending offsets, each with a time. */
export class LogTimes {
  readonly #offsets: number[] = [];
  readonly #times: number[] = [];

  /** Takes over a page of marks; those that are known already may be among them. */
  add({ marks }: TimesPage): void {
    let offset = 0;
    let time = 0;
    for (let i = 0; i + 1 < marks.length; i += 2) {
      offset += marks[i] ?? 0;
      time += marks[i + 1] ?? 0;
      if (offset <= (this.#offsets.at(-1) ?? -1)) continue;
      this.#offsets.push(offset);
      this.#times.push(time);
    }
  }

  /** The first time of all, in milliseconds since 1970, or null. */
  get start(): number | null {
    return this.#times[0] ?? null;
  }

  /** When the byte at `offset` was written, in milliseconds since 1970, or null. */
  at(offset: number): number | null {
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#offsets[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? null : (this.#times[low - 1] ?? null);
  }
}

/** `1:02:03.4` after the start, or the time of day in the reader's time zone. */
export function formatLogTime(time: number, start: number, style: TimeStyle): string {
  if (style === 'clock') {
    const date = new Date(time);
    return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':');
  }
  const tenths = Math.floor(Math.max(0, time - start) / 100);
  const seconds = Math.floor(tenths / 10);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const end = `${pad(seconds % 60)}.${tenths % 10}`;
  return hours > 0 ? `${hours}:${pad(minutes)}:${end}` : `${minutes}:${end}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
