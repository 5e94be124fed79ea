import type { LineRange } from './range';
import type { LogStore } from './store';

/** The lines of a range as text, each ended, without anything but what they say. */
export function textOfLines(store: LogStore, { first, last }: LineRange): string {
  const end = Math.min(store.rowOfLine(last + 1), store.rowCount);
  const parts: string[] = [];
  for (let row = store.rowOfLine(first); row < end; row++) {
    if (store.isContinuation(row)) parts.pop();
    parts.push(store.text(row), '\n');
  }
  return parts.join('');
}
