const HIDDEN = new Set(['secret', 'secret_hash', 'token_hash', 'code_hash', 'password', 'payload',
                        'request_headers', 'response_headers', 'response_payload']);

/** The journal for tests: every event without secrets and without bodies. */
export class Feed {
  /** @type {object[]} */
  #entries = [];
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** @param {import('../state/journal.js').Event} event */
  apply(event) {
    this.#entries.push(redact(event));
    for (const wake of this.#waiting) wake();
  }

  get last() {
    return this.#entries.length;
  }

  /** @param {number} seq */
  after(seq) {
    return this.#entries.slice(seq); // entry n has sequence number n + 1
  }

  /**
   * Waits until there is something after `seq`, or for so long.
   * @param {number} seq
   * @param {number} ms
   * @returns {Promise<void>}
   */
  wait(seq, ms) {
    if (this.last > seq) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
    });
  }

  /** Lets nobody wait any longer. */
  close() {
    for (const wake of this.#waiting) wake();
  }
}

function redact(value) {
  if (Array.isArray(value)) return value.map(redact);
  if (value === null || typeof value !== 'object') return value;
  const shown = Object.entries(value).filter(([name]) => !HIDDEN.has(name));
  return Object.fromEntries(shown.map(([name, inner]) => [name, redact(inner)]));
}
