/** A selection of lines, one-based and inclusive. */
export interface LineRange {
  first: number;
  last: number;
}

/** Reads `#L12` or `#L12-L20`. */
export function parseRange(hash: string): LineRange | null {
  const match = /^#L(\d{1,9})(?:-L(\d{1,9}))?$/.exec(hash);
  if (!match) return null;
  const a = Number(match[1]);
  const b = match[2] === undefined ? a : Number(match[2]);
  return a === 0 || b === 0 ? null : { first: Math.min(a, b), last: Math.max(a, b) };
}

export function formatRange(range: LineRange): string {
  return range.first === range.last ? `#L${range.first}` : `#L${range.first}-L${range.last}`;
}
