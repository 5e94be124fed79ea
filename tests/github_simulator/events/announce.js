import { common } from './common.js';

/**
 * Notes an event for every hook of a repository that listens to it. The caller does so in one
 * transaction with the change itself, then flushes the journal and wakes the courier.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../state/repositories.js').Repository} repository
 * @param {import('../state/users.js').User} sender
 * @param {string} event
 * @param {{action?: string, [field: string]: unknown}} fields what the event says by itself
 */
export function announce({ state, urls, courier }, repository, sender, event, fields) {
  const hooks = state.hooks.listeningTo(repository.id, event);
  if (hooks.length === 0) return;
  const payload = JSON.stringify({ ...fields, ...common(urls, state, repository, sender) });
  for (const hook of hooks) courier.enqueue(hook, { event, payload, action: fields.action ?? null });
}

/**
 * Makes a change and notes its events in one piece, then has them delivered.
 * @param {import('../simulator.js').Simulator} sim
 * @param {() => void} change appends to the journal, and calls `announce`
 */
export async function commitAndTell({ journal, courier }, change) {
  journal.transaction(change);
  await journal.flush();
  courier.wake();
}
