import { Cursor } from './cursor';
import { Find, type FindEnvironment } from './find';
import type { Mark } from './matches';
import type { Finding, OpenLog } from './open_log';
import type { Query } from './pattern';

/** A search in a log that somebody looks at, and which of the matches they are at. */
export class Finder implements Finding {
  readonly find: Find;
  readonly #log: OpenLog;
  readonly #cursor: Cursor;

  constructor(log: OpenLog, env: FindEnvironment, changed: () => void) {
    this.#log = log;
    this.find = new Find(log.store, env, changed);
    this.#cursor = new Cursor(this.find);
  }

  /** Which match the reader is at; -1 for none. */
  get index(): number {
    return this.#cursor.index;
  }

  /** Looks for something, from what is in view on. */
  look(query: Query): void {
    this.find.look(query);
    this.#cursor.seek(this.#log.layout.topRow);
  }

  step(direction: 1 | -1): boolean {
    return this.#log.step(this.#cursor, direction, !this.find.busy);
  }

  update(): void {
    this.find.update();
  }

  settle(): number {
    return this.#cursor.settle(!this.find.busy) ? this.#cursor.row : -1;
  }

  marksIn(row: number): Mark[] {
    return this.find.marksIn(row, this.#cursor.index);
  }
}
