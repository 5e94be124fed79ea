import { AnsiParser, type LineSink } from './ansi';
import { ByteReader } from './byte_reader';
import { GrowingArray } from './growing_array';
import { LineEditor, type StyledLine } from './line_editor';
import { RowTexts } from './row_texts';
import { StyleTable } from './style';

/**
 * A whole log in the browser's memory: bytes go in, rows of styled text come out. A row is a line,
 * or a piece of one that is longer than 64 KB. Text is kept in long strings and styles as numbers in
 * two flat arrays, so that a million lines stay affordable. The result depends on the bytes only, never
 * on how they were cut into chunks.
 */
export class LogStore implements LineSink {
  readonly styles = new StyleTable();
  readonly #reader = new ByteReader();
  readonly #parser = new AnsiParser(this, this.styles);
  readonly #editor = new LineEditor();

  readonly #texts = new RowTexts();
  /** For each row, where its runs start in `#runs`; they end where the next row's start. */
  readonly #runStarts = new GrowingArray();
  readonly #runs = new GrowingArray();
  /** Rows that continue the line of the row before, ascending. */
  readonly #continuations: number[] = [];
  /** For each row and the one to come, its first byte. */
  readonly #offsets = new GrowingArray();

  #bytes = 0;

  constructor() {
    this.#offsets.push(0);
  }

  /** Bytes taken in so far. */
  get size(): number {
    return this.#bytes;
  }

  /** Rows to show; the last one may still change. */
  get rowCount(): number {
    return this.#texts.length + (this.#editor.isEmpty ? 0 : 1);
  }

  /** Rows that will not change any more. */
  get finishedRows(): number {
    return this.#texts.length;
  }

  append(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#reader.read(bytes, (text) => this.#parser.feed(text));
  }

  /** No more bytes will come: an incomplete character at the end becomes visible, and every row final. */
  finish(): void {
    this.#reader.finish((text) => this.#parser.feed(text));
    if (!this.#editor.isEmpty) this.#commit(this.#bytes);
  }

  row(index: number): StyledLine {
    const text = this.#texts.at(index);
    if (text === undefined) {
      return index === this.#texts.length ? this.#editor.snapshot() : { text: '', runs: [] };
    }
    const start = this.#runStarts.at(index);
    const isLast = index + 1 === this.#runStarts.length;
    const end = isLast ? this.#runs.length : this.#runStarts.at(index + 1);
    const runs: number[] = [];
    for (let i = start; i < end; i++) runs.push(this.#runs.at(i));
    return { text, runs };
  }

  /** Whether a final row has anything but plain text. */
  hasStyles(index: number): boolean {
    const next = index + 1 < this.#runStarts.length ? this.#runStarts.at(index + 1) : this.#runs.length;
    return next > this.#runStarts.at(index);
  }

  /** A row's text alone. */
  text(index: number): string {
    return this.#texts.at(index) ?? this.row(index).text;
  }

  /** The offset in the log of a row's first byte. */
  offsetOf(row: number): number {
    return this.#offsets.at(row);
  }

  /** The one-based number of the line that a row belongs to. */
  lineOfRow(row: number): number {
    return row + 1 - this.#continuationsUpTo(row);
  }

  /** The first row of a one-based line; past the end for lines that are not there yet. */
  rowOfLine(line: number): number {
    let row = line - 1;
    for (const continuation of this.#continuations) {
      if (continuation > row) break;
      row++;
    }
    return row;
  }

  isContinuation(row: number): boolean {
    const count = this.#continuationsUpTo(row);
    return count > 0 && this.#continuations[count - 1] === row;
  }

  #continuationsUpTo(row: number): number {
    let low = 0;
    let high = this.#continuations.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#continuations[middle] ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // What the parser reports.

  print(text: string, style: number): void {
    let written = 0;
    for (;;) {
      written += this.#editor.print(written === 0 ? text : text.slice(written), style);
      if (written === text.length) return;
      this.#commit(this.#reader.byteOf(this.#parser.position + written));
      this.#continuations.push(this.#texts.length);
    }
  }

  newline(): void {
    this.#commit(this.#reader.afterNewline());
  }

  carriageReturn(): void {
    this.#editor.carriageReturn();
  }

  moveTo(column: number): void {
    this.#editor.moveTo(column);
  }

  moveBy(columns: number): void {
    this.#editor.moveBy(columns);
  }

  eraseInLine(mode: 0 | 1 | 2): void {
    this.#editor.erase(mode);
  }

  /** @param next the first byte of the row to come. */
  #commit(next: number): void {
    const { text, runs } = this.#editor.snapshot();
    this.#runStarts.push(this.#runs.length);
    for (const value of runs) this.#runs.push(value);
    this.#texts.push(text);
    this.#offsets.push(next);
    this.#editor.clear();
  }
}
