import { ZERO_SHA } from '../git/repository.js';
import { pullShape } from '../shapes/pull.js';
import { announce } from './announce.js';

/** @typedef {import('../state/pulls.js').Pull} Pull */

/**
 * The step of a pull request that is ready to be noted: everything that git has to say about it has
 * been asked, so that the note and its events are written in one piece with what caused it.
 * @param {import('../simulator.js').Simulator} sim
 * @param {Pull} pull as it will be
 * @param {import('../state/users.js').User} sender
 * @param {string} action
 * @param {object} [fields] which that action's event has besides
 * @returns {Promise<(change: () => void) => void>} makes the change, then notes the event
 */
export async function prepare(sim, pull, sender, action, fields = {}) {
  const { state, urls, storage } = sim;
  const git = storage.open(state.repositories.get(pull.repository_id));
  await bringHead(sim, pull);
  const comparison = await git.compare(pull.base_sha, pull.head_sha);
  return (change) => {
    change();
    const repository = state.repositories.findById(pull.repository_id);
    if (!repository) return; // deleted meanwhile
    announce(sim, repository, sender, 'pull_request', {
      action, number: pull.number, ...fields,
      pull_request: pullShape(urls, state, pull, comparison),
    });
  };
}

/**
 * What a push means to pull requests from and into its branch.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../state/repositories.js').Repository} repository
 * @param {import('./push.js').RefChange} change
 * @param {import('../state/users.js').User} pusher
 * @returns {Promise<(() => void)[]>} steps, to be taken within one transaction with the push
 */
export async function followPush(sim, repository, { ref, before, after }, pusher) {
  if (!ref.startsWith('refs/heads/')) return [];
  const { state, storage, journal, clock } = sim;
  const branch = ref.slice('refs/heads/'.length);
  const steps = [];
  const step = async (pull, changes, action, fields) => {
    const note = await prepare(sim, { ...pull, ...changes }, pusher, action, fields);
    steps.push(() => note(() => journal.append('pull_changed', { pull_id: pull.id, changes })));
  };
  const closed = () => ({ state: 'closed', closed_at: clock.now() });
  for (const pull of state.pulls.openFrom(repository.id, branch)) {
    if (after === ZERO_SHA) await step(pull, closed(), 'closed');
    else await step(pull, { head_sha: after }, 'synchronize', { before, after });
  }
  if (after === ZERO_SHA) return steps;
  const git = storage.open(repository);
  for (const pull of state.pulls.openInto(repository.id, branch)) {
    const isMerged = (await git.reachable([pull.head_sha], [after], 1)).length === 0;
    if (isMerged) await step(pull, { ...closed(), merged_at: clock.now() }, 'closed');
  }
  return steps;
}

/** A head's commits can be fetched from the repository that it is to be merged into. */
async function bringHead({ state, storage }, pull) {
  const base = state.repositories.get(pull.repository_id);
  const head = state.repositories.findById(pull.head_repository_id);
  if (!head) return;
  await storage.ensure(head);
  await storage.open(base).fetch(storage.directory(head), pull.head_sha,
                                 `refs/pull/${pull.number}/head`);
}
