import { json } from '../http/answer.js';
import { HttpError, notFound } from '../http/errors.js';
import { historyStream } from '../seed/history.js';
import { SeedError } from '../seed/check.js';

/**
 * A commit made on GitHub's pages: a push without a working copy.
 * @param {import('../simulator.js').Simulator} sim
 * @returns {import('../http/router.js').Route}
 */
export function commitRoute({ state, storage, pushes, clock }) {
  return { method: 'POST', path: '/repositories/:owner/:repo/commits', async handler(request) {
    const repository = state.repositories.find(request.params.owner, request.params.repo);
    if (!repository) throw notFound();
    const { login = repository.owner, branch = repository.default_branch, from = branch,
            message = 'Change', files = {} } = await request.jsonObject();
    const user = state.users.find(String(login));
    if (!user) throw new HttpError(422, `there is no user ${login}`);
    if (files === null || typeof files !== 'object') {
      throw new HttpError(422, 'files must be an object');
    }
    const parent = repository.refs.get(`refs/heads/${from}`) ?? null;
    const commit = { message, files, author: user, date: new Date(clock.now()).toISOString() };
    let stream;
    try {
      stream = await historyStream([commit], branch, null, parent);
    } catch (error) {
      if (error instanceof SeedError) throw new HttpError(422, error.message);
      throw error;
    }
    await pushes.serialize(repository, user, async (announce) => {
      await storage.open(repository).importHistory(stream);
      await announce();
    });
    return json(201, { sha: repository.refs.get(`refs/heads/${branch}`) });
  } };
}
