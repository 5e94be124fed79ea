import fs from 'node:fs';
import { promisify } from 'node:util';

const fdatasync = promisify(fs.fdatasync);

/**
 * @typedef {{seq: number, at: number, type: string, [field: string]: any}} Event
 * `at` is wall time in milliseconds with fractions.
 */

/**
 * The append-only file in which everything but git's own data is kept, one JSON event a line.
 *
 * `append` hands the line to the kernel before it returns, so a killed process loses nothing that
 * it has shown; `flush` waits until it is on disk, and every answer to a change waits for that.
 * A torn last line (power loss) is cut off on opening; any other damage stops the start.
 */
export class Journal {
  #fd;
  #size;
  #seq = 0;
  #clock;
  #apply;
  /** @type {string[]} */
  #unwritten = [];
  #inTransaction = false;
  /** @type {unknown} */
  #broken = null;
  /** @type {Promise<void>} */
  #syncing = Promise.resolve();
  /** @type {Promise<void> | null} */
  #nextSync = null;

  /**
   * Opens the file, creating it if need be, and gives every stored event to `apply`.
   * @param {string} path
   * @param {{now(): number}} clock
   * @param {(event: Event) => void} apply Called for every stored and every new event; never throws.
   */
  constructor(path, clock, apply) {
    this.#clock = clock;
    this.#apply = apply;
    this.#fd = fs.openSync(path, 'a+', 0o600);
    this.#size = this.#replay(fs.readFileSync(path), path);
    fs.ftruncateSync(this.#fd, this.#size);
  }

  /**
   * @param {string} type
   * @param {object} fields
   * @returns {Event}
   */
  append(type, fields) {
    if (this.#broken) throw this.#broken;
    const event = { seq: ++this.#seq, at: this.#clock.now(), type, ...fields };
    this.#apply(event);
    this.#unwritten.push(`${JSON.stringify(event)}\n`);
    if (!this.#inTransaction) this.#write();
    return event;
  }

  /**
   * Writes everything that `work` appends in one piece, so that a crash keeps all of it or nothing.
   * @template T
   * @param {() => T} work synchronous
   * @returns {T}
   */
  transaction(work) {
    this.#inTransaction = true;
    try {
      return work();
    } finally {
      this.#inTransaction = false;
      this.#write();
    }
  }

  /** Resolves when everything appended so far is on disk. Concurrent callers share one sync. */
  flush() {
    // A sync that is already running may have begun before the caller's line was written.
    this.#nextSync ??= this.#syncing.then(() => {
      this.#nextSync = null;
      this.#syncing = fdatasync(this.#fd);
      return this.#syncing;
    });
    return this.#nextSync;
  }

  /**
   * `append`, then `flush`.
   * @param {string} type
   * @param {object} fields
   */
  async commit(type, fields) {
    const event = this.append(type, fields);
    await this.flush();
    return event;
  }

  async close() {
    await this.flush();
    fs.closeSync(this.#fd);
  }

  #write() {
    const bytes = Buffer.from(this.#unwritten.join(''));
    this.#unwritten = [];
    try {
      for (let done = 0; done < bytes.length;) done += fs.writeSync(this.#fd, bytes, done);
      this.#size += bytes.length;
    } catch (error) {
      // What is in memory is no longer what is on disk: nothing may be promised from here on.
      this.#broken = error;
      fs.ftruncateSync(this.#fd, this.#size);
      throw error;
    }
  }

  /** @returns {number} the size of the intact part */
  #replay(content, path) {
    let start = 0;
    for (let end; (end = content.indexOf(10, start)) >= 0; start = end + 1) {
      let event;
      try {
        event = JSON.parse(content.toString('utf8', start, end));
      } catch (error) {
        throw new Error(`${path}: the line at byte ${start} is damaged: ${error.message}`);
      }
      if (event.seq !== this.#seq + 1) {
        throw new Error(`${path}: event ${event.seq} at byte ${start} follows event ${this.#seq}`);
      }
      this.#seq = event.seq;
      this.#apply(event);
    }
    return start;
  }
}
