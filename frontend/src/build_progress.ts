/** Builds are not alike: only what takes a good deal longer than usual is worth a word. */
const TOLERATED = 1.2;
const LEAST_OVER_MS = 5_000;

/** How far a build is that has run for so long, by how long others took; times in milliseconds. */
export function progressOf(elapsed: number, typical: number): { part: number; over: boolean } {
  const part = typical <= 0 ? 1 : Math.min(1, Math.max(0, elapsed / typical));
  return { part, over: elapsed > Math.max(typical * TOLERATED, typical + LEAST_OVER_MS) };
}
