/**
 * @typedef {object} Fault what to do to the next matching requests
 * @property {string | null} method null: any
 * @property {string} path_regex matched against path and query, unanchored
 * @property {number | null} times how often; null: always
 * @property {number | null} delay_ms waits before anything else
 * @property {number | null} status answers this without doing the work
 * @property {Record<string, string>} headers of that answer, or in place of those of the work's
 * @property {string} body of that answer
 * @property {number | null} body_bytes that answer's body is a JSON text of so many bytes instead
 * @property {number | null} body_ms the body is sent slowly, over so many milliseconds
 * @property {boolean} wrong_types does the work, and answers every value as one of another type
 * @property {string | null} next_link does the work, and names this address as the next page;
 *   "self": the page itself
 * @property {number | null} truncate does the work, but cuts the answer's body after so many bytes
 * @property {'before' | 'after' | null} drop_connection closes without an answer: before the work
 *   is done, or after
 */

export class Faults {
  /** @type {(Fault & {regex: RegExp})[]} */
  #faults = [];

  handlers = {
    faults_set: ({ faults }) => {
      this.#faults = faults.map((fault) => ({ ...fault, regex: new RegExp(fault.path_regex) }));
    },
    fault_applied: ({ index }) => {
      const fault = this.#faults[index];
      if (fault && fault.times !== null) fault.times -= 1;
    },
  };

  /** @returns {Fault[]} with what is left of `times` */
  all() {
    return this.#faults.map(({ regex, ...fault }) => fault);
  }

  /**
   * The first fault that matches and is not used up.
   * @param {string} method
   * @param {string} target path and query
   * @returns {{index: number, fault: Fault} | null}
   */
  match(method, target) {
    const index = this.#faults.findIndex(
      (fault) => fault.times !== 0 && (!fault.method || fault.method === method) &&
                 fault.regex.test(target));
    return index < 0 ? null : { index, fault: this.#faults[index] };
  }
}
