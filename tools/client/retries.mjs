// How long, and how often, a server that went away is waited for.
import { Unreachable, Usage } from './failure.mjs';

const FIRST_MS = 250;
const LONGEST_MS = 15_000;
/** A connection that held so long was no failure. */
const HELD_MS = 10_000;
const PATIENCE_S = 300;
/** Before that, people need not know. */
const TOLD_AFTER = 3;

/** For how many seconds in a row a server may be away. */
export function patienceOf(environment) {
  const text = environment.KOZMIC_PATIENCE ?? '';
  if (text === '') return PATIENCE_S;
  if (!/^\d{1,7}$/.test(text)) throw new Usage('KOZMIC_PATIENCE is a number of seconds');
  return Number(text);
}

export class Retries {
  #api;
  #patience;
  #reached = null;
  #failures = 0;

  #note;

  /** `note` tells people what is waited for. */
  constructor(api, environment, note) {
    this.#api = api;
    this.#patience = patienceOf(environment) * 1000;
    this.#note = note;
  }

  /** The server has answered. */
  reached() {
    this.#reached = Date.now();
  }

  /** There is something new since the last failure: the next pause is short again. */
  progressed() {
    this.reached();
    this.#failures = 0;
  }

  /** Waits before the next try. Throws `problem` when it will not pass, or has lasted too long. */
  async pause(problem) {
    // An address at which nobody has ever answered is rather wrong than away.
    const wrong = problem instanceof Unreachable && !this.#api.answered;
    if (wrong || !problem.passing) throw problem;
    const now = Date.now();
    this.#reached ??= now;
    if (now - this.#reached >= this.#patience) throw problem;
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    if (this.#failures === TOLD_AFTER) this.#note(`${problem.message}; trying again`);
    // Many clients of a server that restarts should not come at once.
    const pause = Math.max(longest * (0.5 + Math.random() / 2), (problem.wait ?? 0) * 1000);
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, this.#reached + this.#patience - now)));
  }

  /** How long the connection held tells whether the next pause is short again. */
  ended(opened) {
    if (Date.now() - opened >= HELD_MS) this.#failures = 0;
  }
}
