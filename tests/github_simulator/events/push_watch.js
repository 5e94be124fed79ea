import { KeyedMutex } from '../base/mutex.js';
import { ZERO_SHA } from '../git/repository.js';
import { ownerOf } from '../state/permissions.js';
import { followPush } from './pulls.js';
import { pushPayload } from './push.js';

const TAGS_CAP = 3; // GitHub announces none when more tags than these are pushed at once

/**
 * Turns changed refs into push events. What git holds is compared with the refs as of the last
 * recorded push, so a push that a crash kept from being announced is announced at the next start.
 */
export class PushWatch {
  #sim;
  #mutexes = new KeyedMutex();

  /** @param {import('../simulator.js').Simulator} sim */
  constructor(sim) {
    this.#sim = sim;
  }

  /**
   * Runs `receive`, which may change the repository's refs; one at a time for each repository.
   * @param {import('../state/repositories.js').Repository} repository
   * @param {(announce: () => Promise<void>) => Promise<void>} receive calls `announce` when the
   *   refs are changed
   * @param {import('../state/users.js').User} pusher
   */
  serialize(repository, pusher, receive) {
    return this.#mutexes.run(repository.id, () =>
      receive(() => this.#announce(repository, pusher)));
  }

  /** Announces what was pushed but not announced before the last stop. */
  async catchUp() {
    const { state, storage } = this.#sim;
    for (const repository of state.repositories.all()) {
      if (!storage.isThere(repository)) continue;
      const owner = ownerOf(state, repository);
      await this.serialize(repository, owner, (announce) => announce());
    }
  }

  /**
   * The default branch's newest commit as a push event, for trying a hook out.
   * @param {import('../state/repositories.js').Repository} repository
   * @param {import('../state/users.js').User} pusher
   * @returns {Promise<object | null>} null: the branch is not there
   */
  async latestPush(repository, pusher) {
    const { clock, state, urls, storage } = this.#sim;
    const git = storage.open(repository);
    const ref = `refs/heads/${repository.default_branch}`;
    const after = repository.refs.get(ref);
    if (!after) return null;
    const [commit] = await git.commits([after]);
    return this.#payload({ urls, state, repository, git, pusher, at: clock.now() },
                         { ref, before: commit.parents[0] ?? ZERO_SHA, after });
  }

  async #announce(repository, pusher) {
    const { clock, state, journal, urls, storage, courier } = this.#sim;
    const git = storage.open(repository);
    const changes = differences(repository.refs, await git.refs());
    const tags = changes.filter(({ ref }) => ref.startsWith('refs/tags/')).length;
    for (const change of changes) {
      const hooks = isAnnounced(change, tags) ? state.hooks.listeningTo(repository.id, 'push') : [];
      const payload = hooks.length > 0 && JSON.stringify(await this.#payload(
        { urls, state, repository, git, pusher, at: clock.now() }, change));
      const steps = await followPush(this.#sim, repository, change, pusher);
      journal.transaction(() => {
        journal.append('pushed', {
          repository_id: repository.id,
          repository: `${repository.owner}/${repository.name}`,
          ...change,
          deleted: change.after === ZERO_SHA,
          pusher: pusher.login,
        });
        for (const hook of hooks) courier.enqueue(hook, { event: 'push', payload });
        for (const step of steps) step();
      });
    }
    await journal.flush();
    courier.wake();
  }

  #payload(context, change) {
    const others = new Map(context.repository.refs);
    others.delete(change.ref);
    return pushPayload(context, change, others);
  }
}

function isAnnounced({ ref }, tagsAtOnce) {
  if (ref.startsWith('refs/tags/')) return tagsAtOnce <= TAGS_CAP;
  return ref.startsWith('refs/heads/');
}

/**
 * @param {Map<string, string>} known
 * @param {Map<string, string>} actual
 * @returns {import('./push.js').RefChange[]}
 */
function differences(known, actual) {
  const changes = [];
  for (const [ref, before] of known) {
    if (!actual.has(ref)) changes.push({ ref, before, after: ZERO_SHA });
  }
  for (const [ref, after] of actual) {
    const before = known.get(ref) ?? ZERO_SHA;
    if (before !== after) changes.push({ ref, before, after });
  }
  return changes;
}
