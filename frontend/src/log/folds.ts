import type { Group, Groups } from './groups';

/** Rows from `first` to before `end` that are not shown. */
export interface Hidden {
  first: number;
  end: number;
}

/**
 * Which groups are folded: those that the reader folds, and at first, in a log of a job that had
 * already succeeded when it was opened, those that ended without an error. Of a log that is being
 * written or that failed nothing is folded by itself: what one wants to see could be anywhere, and
 * nothing is to move while one reads.
 */
export class Folds {
  #groups: Groups;
  /** Groups, by their headers' rows, as all are here. */
  readonly #folded = new Set<number>();
  /** Those that were decided about, by the reader or by default. */
  readonly #decided = new Set<number>();
  /** Rows that the reader went to. */
  readonly #kept: number[] = [];
  #next = 0;
  #hidden: Hidden[] | null = [];
  /** One of those that are hidden still grows, and may end. */
  #hidesOpenOne = false;

  constructor(groups: Groups) {
    this.#groups = groups;
  }

  isFolded(group: number): boolean {
    return this.#folded.has(this.#headerOf(group));
  }

  /** The groups were found anew. */
  regroup(groups: Groups): void {
    this.#groups = groups;
    this.#next = 0;
    this.#hidden = null;
  }

  /** Folds what is to be folded by default, as far as it is known. True: something has changed. */
  foldQuietOnes(errors: { searched: number; hasIn(first: number, end: number): boolean }): boolean {
    const { all } = this.#groups;
    let folded = false;
    for (; this.#next < all.length; this.#next++) {
      const group = all[this.#next];
      if (!group || group.end < 0 || errors.searched < group.end) break;
      if (this.#decided.has(group.header) || group.important) continue;
      if (this.#kept.some((row) => hides(group, row))) continue;
      if (group.end - group.header < 2 || errors.hasIn(group.header, group.end)) continue;
      this.#folded.add(group.header);
      folded = true;
    }
    if (folded) this.#hidden = null;
    return folded;
  }

  toggle(group: number): void {
    const header = this.#headerOf(group);
    this.#decided.add(header);
    if (!this.#folded.delete(header)) this.#folded.add(header);
    this.#hidden = null;
  }

  isHidden(row: number): boolean {
    return this.hidden.some(({ first, end }) => row >= first && row < end);
  }

  /** Unfolds whatever hides a row, also what would by default later on. True: something did. */
  reveal(row: number): boolean {
    if (this.#kept.at(-1) !== row) this.#kept.push(row);
    let revealed = false;
    for (const header of this.#folded) {
      const group = this.#groupAt(header);
      if (!group || !hides(group, row)) continue;
      this.#folded.delete(header);
      this.#decided.add(header);
      revealed = true;
    }
    if (revealed) this.#hidden = null;
    return revealed;
  }

  /** The rows that are hidden, ascending, each after one that is not. The same array until something changes. */
  get hidden(): readonly Hidden[] {
    if (!this.#hidden || this.#hidesOpenOne) this.#hidden = this.#collect();
    return this.#hidden;
  }

  #headerOf(group: number): number {
    return this.#groups.all[group]?.header ?? -1;
  }

  #groupAt(header: number): Group | undefined {
    return this.#groups.all[this.#groups.indexOfHeader(header)];
  }

  #collect(): Hidden[] {
    const hidden: Hidden[] = [];
    this.#hidesOpenOne = false;
    for (const row of [...this.#folded].sort((a, b) => a - b)) {
      const group = this.#groupAt(row);
      if (!group) continue;
      if (group.end < 0) this.#hidesOpenOne = true;
      const first = group.header + 1;
      const end = group.end < 0 ? Number.MAX_SAFE_INTEGER : group.end;
      const last = hidden.at(-1);
      if (first < end && (!last || last.end <= first)) hidden.push({ first, end });
    }
    return hidden;
  }
}

function hides({ header, end }: Group, row: number): boolean {
  return row > header && (end < 0 || row < end);
}
