import { byteOfUnit, incompleteAtEnd } from './utf8';

/** Bounds what finding the byte of a character in a piece costs. */
const PIECE = 16_384;

/**
 * Decodes a log's bytes piece by piece, however they are cut, and can say at which byte of the log
 * the piece's lines and characters begin.
 */
export class ByteReader {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #carry: Uint8Array = new Uint8Array();
  /** The bytes that the text at hand was made of, and where in the log they begin. */
  #piece: Uint8Array = new Uint8Array();
  #start = 0;
  #newline = -1;

  /** Hands over the text of the bytes as far as its characters are complete. */
  read(bytes: Uint8Array, take: (text: string) => void): void {
    for (let at = 0; at < bytes.length; at += PIECE) {
      const part = bytes.subarray(at, at + PIECE);
      const joined = this.#carry.length > 0 ? join(this.#carry, part) : part;
      const end = joined.length - incompleteAtEnd(joined);
      this.#carry = joined.slice(end);
      this.#take(joined.subarray(0, end), take);
    }
  }

  /** No more bytes will come. */
  finish(take: (text: string) => void): void {
    const rest = this.#carry;
    this.#carry = new Uint8Array();
    this.#take(rest, take);
  }

  #take(piece: Uint8Array, take: (text: string) => void): void {
    this.#start += this.#piece.length;
    // A byte order mark is no text, but only where it can be one.
    const mark = this.#start === 0 && piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf ? 3 : 0;
    this.#start += mark;
    this.#piece = piece.subarray(mark);
    this.#newline = -1;
    if (this.#piece.length > 0) take(this.#decoder.decode(this.#piece));
  }

  /** The byte after the next newline of the text at hand; each call is about the one after. */
  afterNewline(): number {
    this.#newline = this.#piece.indexOf(0x0a, this.#newline + 1);
    return this.#start + this.#newline + 1;
  }

  /** The first byte of the UTF-16 unit `unit` of the text at hand. */
  byteOf(unit: number): number {
    return this.#start + byteOfUnit(this.#piece, unit);
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
