import { applySgr } from './sgr';
import type { Style, StyleTable } from './style';

/** What the parser makes of a log: text to show, and the few movements that stay within a line. */
export interface LineSink {
  /** Text without any control character but tab. Never empty. */
  print(text: string, style: number): void;
  newline(): void;
  carriageReturn(): void;
  /** Zero-based column. */
  moveTo(column: number): void;
  moveBy(columns: number): void;
  /** 0: from the cursor on; 1: up to the cursor; 2: the whole line. */
  eraseInLine(mode: 0 | 1 | 2): void;
}

const enum State {
  ground,
  escape,
  escapeIntermediate,
  csi,
  osc,
  /** Device control and other strings whose content is of no interest. */
  ignoredString,
  oscEscape,
  ignoredStringEscape,
}

/** An unfinished sequence swallows at most this much of the log. */
const MAX_SEQUENCE = 4096;
const MAX_PARAMETERS = 256;
const MAX_LINK = 2048;
const MAX_TRANSITIONS = 1024;

const REPLACEMENT = '\uFFFD';

/**
 * Splits a terminal's character stream into text, styles and movements. The stream may be fed in
 * any pieces: the result depends on the characters only. Everything that is not understood is
 * dropped, nothing is ever executed, and a sequence that does not end is given up at the end of its
 * line or after 4 KB, whichever comes first.
 */
export class AnsiParser {
  readonly #sink: LineSink;
  readonly #styles: StyleTable;
  #state = State.ground;
  #collected = '';
  #length = 0;
  #discard = false;
  #style = 0;
  #position = 0;
  /** Parameters → style before → style after: logs use few combinations, but use them often. */
  readonly #transitions = new Map<string, number[]>();

  constructor(sink: LineSink, styles: StyleTable) {
    this.#sink = sink;
    this.#styles = styles;
  }

  /** Where in the text that is being fed that begins which the sink is told to print. */
  get position(): number {
    return this.#position;
  }

  feed(text: string): void {
    const end = text.length;
    let i = 0;
    while (i < end) {
      if (this.#state !== State.ground) {
        if (this.#sequence(text.charCodeAt(i), text, i)) i++;
        continue;
      }
      const start = i;
      while (i < end && !isControl(text.charCodeAt(i))) i++;
      this.#position = start;
      if (i > start) this.#sink.print(text.slice(start, i), this.#style);
      if (i === end) return;
      this.#position = i;
      const afterStyle = this.#wholeSgr(text, i);
      if (afterStyle > 0) i = afterStyle;
      else this.#control(text.charCodeAt(i++));
    }
  }

  /** The common case at once: a whole `ESC [ ... m` at `start`. Answers its end, or 0. */
  #wholeSgr(text: string, start: number): number {
    if (text.charCodeAt(start) !== 0x1b || text.charCodeAt(start + 1) !== 0x5b) return 0;
    const limit = Math.min(text.length, start + 2 + MAX_PARAMETERS);
    let i = start + 2;
    while (i < limit && isParameter(text.charCodeAt(i))) i++;
    if (i === limit || text.charCodeAt(i) !== 0x6d) return 0;
    this.#sgr(text.slice(start + 2, i));
    return i + 1;
  }

  #control(code: number): void {
    if (code === 0x0a) this.#newline();
    else if (code === 0x0d) this.#sink.carriageReturn();
    else if (code === 0x08) this.#sink.moveBy(-1);
    else if (code === 0x1b) this.#enter(State.escape);
    // What cannot be shown is at least shown to be there.
    else if (code === 0 || code >= 0x80) this.#sink.print(REPLACEMENT, this.#style);
  }

  #newline(): void {
    this.#sink.newline();
    if (this.#style !== 0) this.#setLink('');
  }

  #enter(state: State): void {
    this.#state = state;
    this.#collected = '';
    this.#length = 0;
    this.#discard = false;
  }

  /** One character inside a sequence. False: not consumed, look at it again in the new state. */
  #sequence(code: number, text: string, index: number): boolean {
    if (code === 0x18 || code === 0x1a) {
      this.#state = State.ground;
      return true;
    }
    if (code === 0x0a || ++this.#length > MAX_SEQUENCE) {
      this.#state = State.ground;
      return false;
    }
    switch (this.#state) {
      case State.escape:
        return this.#escape(code);
      case State.escapeIntermediate:
        if (code >= 0x20 && code <= 0x2f) return true;
        this.#state = State.ground;
        return code >= 0x30 && code <= 0x7e;
      case State.csi:
        return this.#csi(code, text, index);
      case State.oscEscape:
      case State.ignoredStringEscape: {
        const wasOsc = this.#state === State.oscEscape;
        const collected = this.#collected;
        if (code === 0x5c) {
          this.#state = State.ground;
          if (wasOsc) this.#osc(collected);
          return true;
        }
        this.#enter(State.escape);
        return false;
      }
      default:
        return this.#string(code, text, index);
    }
  }

  #escape(code: number): boolean {
    if (code === 0x5b) this.#enter(State.csi);
    else if (code === 0x5d) this.#enter(State.osc);
    else if (code === 0x50 || code === 0x58 || code === 0x5e || code === 0x5f) {
      this.#enter(State.ignoredString);
    } else if (code >= 0x20 && code <= 0x2f) this.#state = State.escapeIntermediate;
    else if (code === 0x1b) this.#enter(State.escape);
    else {
      this.#state = State.ground;
      if (code === 0x63) this.#style = 0;
      return code >= 0x30 && code <= 0x7e;
    }
    return true;
  }

  #csi(code: number, text: string, index: number): boolean {
    if (isParameter(code)) {
      if (this.#collected.length < MAX_PARAMETERS) this.#collected += text.charAt(index);
      else this.#discard = true;
      return true;
    }
    if (code >= 0x20 && code <= 0x2f) {
      this.#discard = true;
      return true;
    }
    if (code === 0x1b) {
      this.#enter(State.escape);
      return true;
    }
    this.#state = State.ground;
    if (code < 0x40 || code > 0x7e) return false;
    if (!this.#discard) this.#dispatchCsi(code, this.#collected);
    return true;
  }

  #dispatchCsi(final: number, parameters: string): void {
    if (final === 0x6d) {
      this.#sgr(parameters);
      return;
    }
    if (isPrivate(parameters)) return;
    const first = Number.parseInt(parameters, 10);
    const count = Number.isNaN(first) ? 1 : Math.max(1, first);
    switch (final) {
      case 0x4b: // K
        this.#sink.eraseInLine(first === 1 ? 1 : first === 2 ? 2 : 0);
        break;
      case 0x47: // G
      case 0x60: // `
        this.#sink.moveTo(count - 1);
        break;
      case 0x43: // C
        this.#sink.moveBy(count);
        break;
      case 0x44: // D
        this.#sink.moveBy(-count);
        break;
    }
  }

  #string(code: number, text: string, index: number): boolean {
    const isOsc = this.#state === State.osc;
    if (code === 0x1b) {
      this.#state = isOsc ? State.oscEscape : State.ignoredStringEscape;
    } else if (code === 0x07 || code === 0x9c) {
      this.#state = State.ground;
      if (isOsc) this.#osc(this.#collected);
    } else if (isOsc) {
      this.#collected += text.charAt(index);
    }
    return true;
  }

  #osc(content: string): void {
    const hyperlink = /^8;[^;]*;(.*)$/s.exec(content);
    if (hyperlink) this.#setLink(safeLink(hyperlink[1] ?? ''));
  }

  #sgr(parameters: string): void {
    if (isPrivate(parameters)) return;
    let after = this.#transitions.get(parameters);
    if (!after) {
      after = [];
      if (this.#transitions.size < MAX_TRANSITIONS) this.#transitions.set(parameters, after);
    }
    const known = after[this.#style];
    if (known === undefined) {
      const before = this.#style;
      this.#style = this.#styles.intern(applySgr(this.#styles.get(before), parameters));
      if (before < MAX_TRANSITIONS) after[before] = this.#style;
    } else {
      this.#style = known;
    }
  }

  #setLink(link: string): void {
    const style: Style = this.#styles.get(this.#style);
    if (style.link !== link) this.#style = this.#styles.intern({ ...style, link });
  }
}

function isParameter(code: number): boolean {
  return code >= 0x30 && code <= 0x3f;
}

/** Private sequences (cursor shape, alternate screen and so on) mean nothing in a log. */
function isPrivate(parameters: string): boolean {
  const first = parameters.charCodeAt(0);
  return first >= 0x3c && first <= 0x3f;
}

function isControl(code: number): boolean {
  return code < 0x20 ? code !== 0x09 : code >= 0x7f && code <= 0x9f;
}

/** The address if it is a plain web address, else "": no other scheme becomes a link. */
export function safeLink(address: string): string {
  if (address.length > MAX_LINK || !/^https?:\/\/[^\s]+$/i.test(address)) return '';
  try {
    const url = new URL(address);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : '';
  } catch {
    return '';
  }
}
