import { LogStore } from '../log/store';

/** A whole log of these lines. */
export function logOf(lines: readonly string[]): LogStore {
  const store = new LogStore();
  store.append(new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
  store.finish();
  return store;
}
