import { setTimeout as delay } from 'node:timers/promises';

/** Asks until `condition` gives something truthy, and returns it; fails after the deadline. */
export async function waitFor(what, condition, { seconds = 60, everyMs = 50 } = {}) {
  const deadline = performance.now() + seconds * 1000;
  let last;
  while (performance.now() < deadline) {
    try {
      const result = await condition();
      if (result) return result;
    } catch (error) {
      last = error;
    }
    await delay(everyMs);
  }
  throw new Error(`waited ${seconds} s in vain for ${what}${last ? `; last: ${last.message}` : ''}`);
}
