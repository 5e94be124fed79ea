import { sha256Hex } from '../base/secrets.js';

// What was on its way when its sender was told to wait is not early.
const ON_ITS_WAY_MS = 100;
const CLOCKS_MS = 20;
const LEAST_MS = 60_000; // what GitHub asks for where it names no time

/**
 * Notes who was told to wait, and which requests came too early all the same. The sender is told
 * apart by its token.
 */
export class Waits {
  /** @type {Map<string, {told: number, until: number}>} */
  #waits = new Map();
  #clock;

  /** @param {{now(): number}} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @param {import('./request.js').Request} request
   * @returns {{told_ms_ago: number, early_by_ms: number} | null} null: it is not early
   */
  earliness(request) {
    const now = this.#clock.now();
    for (const key of keysOf(request)) {
      const wait = this.#waits.get(key);
      if (!wait) continue;
      if (wait.until <= now + CLOCKS_MS) this.#waits.delete(key);
      else if (now - wait.told > ON_ITS_WAY_MS) {
        return { told_ms_ago: Math.round(now - wait.told), early_by_ms: Math.round(wait.until - now) };
      }
    }
    return null;
  }

  /**
   * @param {import('./request.js').Request} request
   * @param {import('./answer.js').Answer} answer to it
   */
  noteAnswer(request, { status, headers = {}, body = '' }) {
    const told = this.#clock.now();
    const named = Object.fromEntries(Object.entries(headers).map(
      ([name, value]) => [name.toLowerCase(), value]));
    const after = /^\d+$/.test(named['retry-after'] ?? '')
      ? told + Number(named['retry-after']) * 1000 : null;
    const [all, this_] = keysOf(request);
    if (status === 503 && after) this.#waits.set(this_, { told, until: after });
    if (status !== 403 && status !== 429) return;
    const reset = named['x-ratelimit-remaining'] === '0'
      ? Number(named['x-ratelimit-reset']) * 1000 : null;
    const isLimit = status === 429 || /rate limit/i.test(String(body));
    const until = after ?? reset ?? (isLimit ? told + LEAST_MS : null);
    // A wait that is named again is told already.
    if (until) this.#waits.set(all, { told: this.#waits.get(all)?.told ?? told, until });
  }
}

/** A limit is about everything that a token does; a 503 about what it did. */
function keysOf(request) {
  const token = sha256Hex(request.header('authorization'));
  return [token, `${token} ${request.method} ${request.path}`];
}
