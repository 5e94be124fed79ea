/** Runs tasks one after another, in the order of their arrival. */
export class Mutex {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @template T
   * @param {() => Promise<T>} task
   * @returns {Promise<T>}
   */
  run(task) {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** One mutex per key. Keys are few (repositories), so mutexes are kept for good. */
export class KeyedMutex {
  /** @type {Map<unknown, Mutex>} */
  #mutexes = new Map();

  /**
   * @template T
   * @param {unknown} key
   * @param {() => Promise<T>} task
   * @returns {Promise<T>}
   */
  run(key, task) {
    let mutex = this.#mutexes.get(key);
    if (!mutex) this.#mutexes.set(key, (mutex = new Mutex()));
    return mutex.run(task);
  }
}
