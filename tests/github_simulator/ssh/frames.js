/**
 * What a session is answered: pieces of standard output and error, then how it ended. Each is a type,
 * a length of four bytes, and so many bytes.
 */
export const FRAME = { out: 1, err: 2, exit: 3 };

/** @param {number} type @param {Buffer} content */
export function frame(type, content) {
  const head = Buffer.alloc(5);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** Puts frames together again. */
export class FrameReader {
  #rest = Buffer.alloc(0);

  /**
   * @param {Buffer} bytes the next ones
   * @returns {{type: number, content: Buffer}[]} the frames that are complete
   */
  read(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames = [];
    while (this.#rest.length >= 5 && this.#rest.length >= 5 + this.#rest.readUInt32BE(1)) {
      const end = 5 + this.#rest.readUInt32BE(1);
      frames.push({ type: this.#rest[0], content: this.#rest.subarray(5, end) });
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}
