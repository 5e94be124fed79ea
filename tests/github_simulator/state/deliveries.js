/**
 * @typedef {object} Delivery
 * @property {number} id
 * @property {string} guid the same for every redelivery
 * @property {number} hook_id
 * @property {number} repository_id
 * @property {string} event
 * @property {string | null} action
 * @property {boolean} redelivery
 * @property {string} payload the JSON text; redeliveries send the very same
 * @property {Outcome | null} outcome null: not yet sent, or sent without knowing the answer
 *
 * @typedef {object} Outcome
 * @property {string} url
 * @property {Record<string, string>} request_headers
 * @property {number} delivered_at ms, when the request was sent
 * @property {number} responded_at ms, when the answer's head (or the failure) arrived
 * @property {string} status
 * @property {number} status_code
 * @property {Record<string, string>} response_headers
 * @property {string} response_payload
 */

export class Deliveries {
  /** @type {Map<number, Delivery>} */
  #deliveries = new Map();
  /** @type {Map<number, Delivery[]>} */
  #byHook = new Map();
  // Larger than 32 bits, as GitHub's are.
  #lastId = 150_000_000_000;

  handlers = {
    delivery_queued: ({ delivery }) => {
      const stored = { ...delivery, outcome: null };
      this.#deliveries.set(stored.id, stored);
      if (!this.#byHook.has(stored.hook_id)) this.#byHook.set(stored.hook_id, []);
      this.#byHook.get(stored.hook_id)?.push(stored);
      this.#lastId = Math.max(this.#lastId, stored.id);
    },
    delivery_done: ({ delivery_id, outcome }) => {
      const delivery = this.#deliveries.get(delivery_id);
      if (delivery) delivery.outcome = outcome;
    },
    hook_deleted: ({ hook_id }) => {
      for (const delivery of this.#byHook.get(hook_id) ?? []) {
        this.#deliveries.delete(delivery.id);
      }
      this.#byHook.delete(hook_id);
    },
  };

  nextId() {
    return this.#lastId + 1;
  }

  /** @param {number} id */
  find(id) {
    return this.#deliveries.get(id);
  }

  /** @param {number} hookId newest first, those with an outcome */
  doneOf(hookId) {
    return (this.#byHook.get(hookId) ?? []).filter((delivery) => delivery.outcome).reverse();
  }

  /** Oldest first. */
  pending() {
    return [...this.#deliveries.values()].filter((delivery) => !delivery.outcome);
  }
}
