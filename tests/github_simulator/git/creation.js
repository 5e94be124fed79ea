/**
 * @typedef {import('../state/repositories.js').Repository} Repository
 * @typedef {Partial<Omit<Repository, 'collaborators' | 'refs'>> &
 *           {owner_id: number, owner: string, name: string}} New
 */

/**
 * Creates a repository: its git data, then its journal entry and what `then` appends, in one piece.
 * @param {import('../simulator.js').Simulator} sim
 * @param {New} fields
 * @param {((repository: Repository) => Promise<void>) | null} fill creates the git data; null: the
 *   repository is empty
 * @param {(repository: Repository) => void} [then]
 * @returns {Promise<Repository>}
 */
export function createRepository(sim, fields, fill, then = () => {}) {
  const { state, journal, storage, creation } = sim;
  // One at a time: the id is taken before the data is there, and noted after it.
  return creation.run(async () => {
    const repository = newRepository(sim, fields);
    if (fill) await fill(repository);
    const refs = fill ? Object.fromEntries(await storage.open(repository).refs()) : {};
    journal.transaction(() => {
      journal.append('repository_created', { repository, refs });
      then(state.repositories.get(repository.id));
    });
    return state.repositories.get(repository.id);
  });
}

/**
 * Creates empty repositories by the thousand.
 * @param {import('../simulator.js').Simulator} sim
 * @param {New[]} list
 * @param {(repository: Repository) => void} then
 */
export function createRepositories(sim, list, then) {
  const { state, journal, creation } = sim;
  return creation.run(async () => journal.transaction(() => {
    for (const fields of list) {
      const repository = newRepository(sim, fields);
      journal.append('repository_created', { repository, refs: {} });
      then(state.repositories.get(repository.id));
    }
  }));
}

function newRepository({ state, clock }, fields) {
  const id = state.repositories.nextId();
  const now = clock.now();
  return {
    id, folder: String(id), description: '', private: false, default_branch: 'main',
    push_without_password: false, created_at: now, updated_at: now, pushed_at: now, ...fields,
  };
}
