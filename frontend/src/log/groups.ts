import { GrowingArray } from './growing_array';
import type { Rows } from './find';

/** Rows that belong together under the first of them, which names them. */
export interface Group {
  header: number;
  /** The row after its last, or -1 while it goes on. */
  end: number;
  name: string;
  /** It asks to be shown, as `+++` does. */
  important: boolean;
}

const COMMAND = /^::(group|endgroup)::(.*)$/;
const HEADER = /^(---|\+\+\+) (\S.*)$/;
/** What Go's tests say of each of them. */
const GO_TEST = /^--- (?:FAIL|PASS|SKIP|BENCH): /;

/**
 * Finds the groups of a log while it is read. A `---` or `+++` header lasts until the next one, a
 * `::group::` until its `::endgroup::`, the next `::group::` or header. So they are two deep at most,
 * and a header's group may have `::group::`s inside.
 */
export class Groups {
  readonly #rows: Rows;
  readonly #isPiece: (row: number) => boolean;
  readonly #groups: Group[] = [];
  readonly #headers = new GrowingArray();
  #searched = 0;
  #section: Group | null = null;
  #inner: Group | null = null;

  /** @param isPiece whether a row is a line's second piece or a later one. */
  constructor(rows: Rows, isPiece: (row: number) => boolean) {
    this.#rows = rows;
    this.#isPiece = isPiece;
  }

  /** In the order of their headers. */
  get all(): readonly Group[] {
    return this.#groups;
  }

  /** Its index in `all`, or -1 when the row is no header. */
  indexOfHeader(row: number): number {
    const index = this.#headers.firstAtLeast(row);
    return this.#headers.at(index) === row && index < this.#headers.length ? index : -1;
  }

  /** The first group whose header is in or below a row; past the end when there is none. */
  firstFrom(row: number): number {
    return this.#headers.firstAtLeast(row);
  }

  /** The log has grown. The last row is left until it is known what follows it. */
  update(): void {
    const end = this.#rows.finishedRows - 1;
    for (; this.#searched < end; this.#searched++) this.#look(this.#searched);
  }

  /** The log has ended, and every group with it. */
  finish(): void {
    const end = this.#rows.finishedRows;
    for (; this.#searched < end; this.#searched++) this.#look(this.#searched);
    this.#closeInner(end);
    this.#closeSection(end);
  }

  #look(row: number): void {
    const text = this.#rows.text(row);
    const first = text.charCodeAt(0);
    if ((first !== 0x3a && first !== 0x2d && first !== 0x2b) || this.#isPiece(row)) return;
    const command = COMMAND.exec(text);
    if (command?.[1] === 'endgroup') {
      this.#closeInner(row + 1);
    } else if (command) {
      this.#closeInner(row);
      this.#inner = this.#open(row, command[2] ?? '', false);
    } else {
      const header = HEADER.exec(text);
      if (!header || GO_TEST.test(text) || this.#isDiff(row, header[1] ?? '')) return;
      this.#closeInner(row);
      this.#closeSection(row);
      this.#section = this.#open(row, header[2] ?? '', header[1] === '+++');
    }
  }

  /** A diff has the two headers one after the other. */
  #isDiff(row: number, sign: string): boolean {
    return sign === '---'
      ? this.#rows.text(row + 1).startsWith('+++ ')
      : row > 0 && this.#rows.text(row - 1).startsWith('--- ');
  }

  #open(row: number, name: string, important: boolean): Group {
    const group = { header: row, end: -1, name: name.trim() || 'Group', important };
    this.#groups.push(group);
    this.#headers.push(row);
    return group;
  }

  #closeInner(end: number): void {
    if (this.#inner) this.#inner.end = end;
    this.#inner = null;
  }

  #closeSection(end: number): void {
    if (this.#section) this.#section.end = end;
    this.#section = null;
  }
}
