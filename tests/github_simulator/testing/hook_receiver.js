import http from 'node:http';

const DEADLINE_MS = 8_000;

/** Takes hook deliveries, as the product would. */
export class HookReceiver {
  /** @type {{headers: Record<string, string>, raw: Buffer, event: string, payload: any}[]} */
  deliveries = [];
  /** What it answers. */
  status = 200;
  /** While set, it takes deliveries without answering. */
  silent = false;
  #server = http.createServer((request, response) => this.#take(request, response));
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #taken = 0;

  static async start() {
    const receiver = new HookReceiver();
    await new Promise((resolve) => receiver.#server.listen(0, '127.0.0.1', () => resolve(null)));
    return receiver;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/hook`;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * The next delivery of an event, each returned once, in the order of arrival.
   * @param {string} event
   */
  async next(event) {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const index = this.deliveries.findIndex(
        (delivery, i) => i >= this.#taken && delivery.event === event);
      if (index >= 0) {
        this.#taken = index + 1;
        return this.deliveries[index];
      }
      if (Date.now() >= deadline) throw new Error(`no ${event} delivery came`);
      await new Promise((resolve) => {
        const timer = setTimeout(wake, deadline - Date.now());
        const watchers = this.#watchers;
        function wake() {
          clearTimeout(timer);
          watchers.delete(wake);
          resolve(null);
        }
        watchers.add(wake);
      });
    }
  }

  async #take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const isJson = request.headers['content-type'] === 'application/json';
    this.deliveries.push({ headers: request.headers, raw, event: request.headers['x-github-event'],
                           payload: isJson ? JSON.parse(raw.toString()) : null });
    if (!this.silent) response.writeHead(this.status, { 'x-receiver': 'yes' }).end('taken');
    for (const wake of [...this.#watchers]) wake();
  }
}
