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
  /** It is a phase: its header is a row like any other, and does not say so. */
  isPhase: boolean;
}

/** A part of a job, which its log's bytes from an offset on are of. */
export interface PhaseBegin {
  offset: number;
  /** The name of its group; null for a phase that is none. */
  name: string | null;
}

/** What is grouped, as far as it is needed. */
interface GroupedRows extends Rows {
  offsetOf(row: number): number;
}

const COMMAND = /^::(group|endgroup)::(.*)$/;
const HEADER = /^(---|\+\+\+) (\S.*)$/;
/** What Go's tests say of each of them. */
const GO_TEST = /^--- (?:FAIL|PASS|SKIP|BENCH): /;

/**
 * Finds the groups of a log while it is read. A `---` or `+++` header lasts until the next one, a
 * `::group::` until its `::endgroup::`, the next `::group::` or header. So they are two deep at most,
 * and a header's group may have `::group::`s inside. The first row of a phase is a header too, unless
 * it is the only one.
 */
export class Groups {
  readonly #rows: GroupedRows;
  readonly #isPiece: (row: number) => boolean;
  readonly #groups: Group[] = [];
  readonly #headers = new GrowingArray();
  readonly #phases: readonly PhaseBegin[];
  #nextPhase = 0;
  #searched = 0;
  #section: Group | null = null;
  #inner: Group | null = null;

  /**
   * @param isPiece whether a row is a line's second piece or a later one.
   * @param phases all that are known to have begun, in order.
   */
  constructor(rows: GroupedRows, isPiece: (row: number) => boolean, phases: readonly PhaseBegin[] = []) {
    this.#rows = rows;
    this.#isPiece = isPiece;
    this.#phases = phases;
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
    const phase = this.#phaseFrom(row);
    if (phase) {
      this.#closeInner(row);
      this.#closeSection(row);
    }
    if (this.#openAt(row) || !phase || phase.name === null) return;
    this.#section = this.#open(row, phase.name, false, true);
  }

  /** The phase that begins with a row. */
  #phaseFrom(row: number): PhaseBegin | null {
    let begun: PhaseBegin | null = null;
    for (let next = this.#phases[this.#nextPhase]; next && next.offset <= this.#rows.offsetOf(row); ) {
      begun = next;
      next = this.#phases[++this.#nextPhase];
    }
    return begun;
  }

  /** Opens or closes what a row says it does. True: it is a header. */
  #openAt(row: number): boolean {
    const text = this.#rows.text(row);
    const first = text.charCodeAt(0);
    if ((first !== 0x3a && first !== 0x2d && first !== 0x2b) || this.#isPiece(row)) return false;
    const command = COMMAND.exec(text);
    if (command?.[1] === 'endgroup') {
      this.#closeInner(row + 1);
      return false;
    }
    if (command) {
      this.#closeInner(row);
      this.#inner = this.#open(row, command[2] ?? '', false);
      return true;
    }
    const header = HEADER.exec(text);
    if (!header || GO_TEST.test(text) || this.#isDiff(row, header[1] ?? '')) return false;
    this.#closeInner(row);
    this.#closeSection(row);
    this.#section = this.#open(row, header[2] ?? '', header[1] === '+++');
    return true;
  }

  /** A diff has the two headers one after the other. */
  #isDiff(row: number, sign: string): boolean {
    return sign === '---'
      ? this.#rows.text(row + 1).startsWith('+++ ')
      : row > 0 && this.#rows.text(row - 1).startsWith('--- ');
  }

  #open(row: number, name: string, important: boolean, isPhase = false): Group {
    const group = { header: row, end: -1, name: name.trim() || 'Group', important, isPhase };
    this.#groups.push(group);
    this.#headers.push(row);
    return group;
  }

  #closeInner(end: number): void {
    if (this.#inner) this.#inner.end = end;
    this.#inner = null;
  }

  #closeSection(end: number): void {
    const section = this.#section;
    this.#section = null;
    if (!section) return;
    section.end = end;
    if (!section.isPhase || end > section.header + 1) return;
    // A single row is no group. There is none behind it.
    this.#groups.pop();
    this.#headers.pop();
  }
}
