/** Rows of a log that are shown together. */
export interface Hunk {
  rows: { row: number; isNew: boolean }[];
}

/** Rows that are ascending, those near each other together, with what is around them. */
export function hunksOf(rows: readonly number[], rowCount: number, around: number): Hunk[] {
  const hunks: Hunk[] = [];
  const wanted = new Set(rows);
  let last = -1;
  for (const row of rows) {
    const first = Math.max(0, row - around, last + 1);
    let hunk = hunks.at(-1);
    if (!hunk || row - around > last + 1) {
      hunk = { rows: [] };
      hunks.push(hunk);
    }
    const end = Math.min(rowCount - 1, row + around);
    for (let at = first; at <= end; at++) hunk.rows.push({ row: at, isNew: wanted.has(at) });
    last = Math.max(last, end);
  }
  return hunks;
}
