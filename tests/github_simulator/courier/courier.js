import { randomUUID } from 'node:crypto';
import { post } from './post.js';
import { signatureHeaders } from './signature.js';

const AT_ONCE = 32;

/**
 * Carries deliveries to their hooks: each once, without retry, as GitHub does. The queue is in the
 * journal; what it holds without an outcome is sent at the next start (once more, if the process
 * died between sending and noting the outcome).
 */
export class Courier {
  #sim;
  /** @type {number[]} */
  #queue = [];
  /** @type {Set<Promise<void>>} */
  #underWay = new Set();
  #running = false;

  /** @param {import('../simulator.js').Simulator} sim */
  constructor(sim) {
    this.#sim = sim;
  }

  /** Begins with what is left from before. */
  start() {
    this.#queue = this.#sim.state.deliveries.pending().map(({ id }) => id);
    this.#running = true;
    this.wake();
  }

  /**
   * Notes a delivery. The caller flushes the journal and then calls `wake`.
   * @param {import('../state/hooks.js').Hook} hook
   * @param {{event: string, payload: string, action?: string | null, guid?: string}} what `payload`
   *   is JSON; `guid` makes it a redelivery
   */
  enqueue(hook, { event, payload, action = null, guid }) {
    if (guid === undefined) this.#sim.contract?.checkEvent(event, action, payload);
    const delivery = {
      id: this.#sim.state.deliveries.nextId(), guid: guid ?? randomUUID(), hook_id: hook.id,
      repository_id: hook.repository_id, event, action, redelivery: guid !== undefined, payload,
    };
    this.#sim.journal.append('delivery_queued', { delivery });
    this.#queue.push(delivery.id);
  }

  /** Sends what waits, as far as the limit allows. */
  wake() {
    while (this.#running && this.#underWay.size < AT_ONCE && this.#queue.length > 0) {
      const id = /** @type {number} */ (this.#queue.shift());
      const task = this.#deliver(id).catch((error) =>
        process.stderr.write(`delivery ${id}: ${error?.stack ?? error}\n`));
      this.#underWay.add(task);
      task.finally(() => {
        this.#underWay.delete(task);
        this.wake();
      });
    }
  }

  /** Starts no more, waits for those under way. */
  async stop() {
    this.#running = false;
    await Promise.all(this.#underWay);
  }

  async #deliver(id) {
    const { state, journal, clock } = this.#sim;
    const delivery = state.deliveries.find(id);
    const hook = delivery && state.hooks.findForDelivery(delivery.hook_id);
    if (!delivery || !hook) return; // the hook was deleted meanwhile
    const { url, content_type: contentType, secret, insecure_ssl: insecure } = hook.config;
    const form = contentType === 'form';
    const body = form ? `payload=${encodeURIComponent(delivery.payload)}` : delivery.payload;
    const headers = {
      'Accept': '*/*',
      'Content-Type': form ? 'application/x-www-form-urlencoded' : 'application/json',
      'User-Agent': 'GitHub-Hookshot/51ba11d',
      'X-GitHub-Delivery': delivery.guid,
      'X-GitHub-Event': delivery.event,
      'X-GitHub-Hook-ID': String(hook.id),
      'X-GitHub-Hook-Installation-Target-ID': String(hook.repository_id),
      'X-GitHub-Hook-Installation-Target-Type': 'repository',
      ...signatureHeaders(body, secret),
    };
    const outcome = await post({ url, body, headers, insecure: insecure === '1' }, clock);
    await journal.commit('delivery_done', {
      delivery_id: id, hook_id: hook.id, event: delivery.event, guid: delivery.guid, outcome,
    });
  }
}
