/** A finished line: its text, and where its style changes as [start, style, start, style, ...]. */
export interface StyledLine {
  text: string;
  /** Before the first change the style is 0. Empty for plain lines. */
  runs: number[];
}

/** A line without an end is shown in pieces of this many characters. */
export const MAX_LINE = 65_536;

/**
 * The line that is being written. Most lines are only appended to, so that is the fast way: one
 * string. The first time something is overwritten the line becomes an array of characters, so that
 * a progress bar with a million updates costs what its updates cost, not what the line costs.
 */
export class LineEditor {
  #text = '';
  #runs: number[] = [];
  #lastStyle = 0;
  /** A carriage return whose effect is still to come; before a newline it has none. */
  #returned = false;

  #cells: string[] | null = null;
  #cellStyles: number[] = [];
  #column = 0;

  get isEmpty(): boolean {
    return this.#cells ? this.#cells.length === 0 : this.#text.length === 0;
  }

  /** Writes what fits; answers how many UTF-16 units of `text` that was. 0: the line is full. */
  print(text: string, style: number): number {
    if (!this.#cells && !this.#returned) return this.#append(text, style);
    return this.#overwrite(text, style);
  }

  #append(text: string, style: number): number {
    const room = MAX_LINE - this.#text.length;
    let count = Math.min(room, text.length);
    // Never cut a character in two.
    if (count > 0 && count < text.length && isHighSurrogate(text.charCodeAt(count - 1))) count--;
    if (count === 0) return 0;
    if (style !== this.#lastStyle) {
      this.#runs.push(this.#text.length, style);
      this.#lastStyle = style;
    }
    this.#text += count === text.length ? text : text.slice(0, count);
    return count;
  }

  #overwrite(text: string, style: number): number {
    const cells = this.#toCells();
    let written = 0;
    for (const character of text) {
      if (this.#column >= MAX_LINE) break;
      while (cells.length < this.#column) {
        cells.push(' ');
        this.#cellStyles.push(0);
      }
      cells[this.#column] = character;
      this.#cellStyles[this.#column] = style;
      this.#column++;
      written += character.length;
    }
    return written;
  }

  carriageReturn(): void {
    if (this.#cells) this.#column = 0;
    else this.#returned = true;
  }

  moveTo(column: number): void {
    this.#toCells();
    this.#column = Math.min(MAX_LINE - 1, Math.max(0, column));
  }

  moveBy(columns: number): void {
    this.#toCells();
    this.moveTo(this.#column + columns);
  }

  erase(mode: 0 | 1 | 2): void {
    if (!this.#cells && this.#returned && mode !== 1) {
      // The usual progress line: return, erase, write again. Back to the fast way.
      this.clear();
      return;
    }
    const cells = this.#toCells();
    if (mode === 0) {
      cells.length = Math.min(cells.length, this.#column);
    } else if (mode === 2) {
      cells.length = 0;
    } else {
      const end = Math.min(cells.length, this.#column + 1);
      cells.fill(' ', 0, end);
      this.#cellStyles.fill(0, 0, end);
    }
    this.#cellStyles.length = cells.length;
  }

  clear(): void {
    this.#text = '';
    this.#runs = [];
    this.#lastStyle = 0;
    this.#returned = false;
    this.#cells = null;
    this.#cellStyles = [];
    this.#column = 0;
  }

  /** The line as it stands now. */
  snapshot(): StyledLine {
    if (!this.#cells) return { text: this.#text, runs: this.#runs };
    const runs: number[] = [];
    let text = '';
    let last = 0;
    for (let i = 0; i < this.#cells.length; i++) {
      const style = this.#cellStyles[i] ?? 0;
      if (style !== last) runs.push(text.length, style);
      last = style;
      text += this.#cells[i] ?? '';
    }
    return { text, runs };
  }

  #toCells(): string[] {
    if (this.#cells) return this.#cells;
    this.#cells = Array.from(this.#text);
    this.#cellStyles = [];
    let run = 0;
    let style = 0;
    let position = 0;
    for (const cell of this.#cells) {
      while (run < this.#runs.length && (this.#runs[run] ?? 0) <= position) {
        style = this.#runs[run + 1] ?? 0;
        run += 2;
      }
      this.#cellStyles.push(style);
      position += cell.length;
    }
    this.#column = this.#returned ? 0 : this.#cells.length;
    this.#returned = false;
    return this.#cells;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
