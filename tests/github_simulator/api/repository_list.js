import { json } from '../http/answer.js';
import { validationFailed } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { repositoryFor } from '../shapes/repository.js';

const SORTS = { created: 'created_at', updated: 'updated_at', pushed: 'pushed_at' };

/**
 * A list of repositories, in the order and the piece that a request asks for.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../http/request.js').Request} request
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {import('../state/repositories.js').Repository[]} repositories
 * @param {string} sort unless asked for another
 */
export function listRepositories({ urls, state }, request, { user }, repositories, sort) {
  sort = request.query.get('sort') ?? sort;
  if (sort !== 'full_name' && !Object.hasOwn(SORTS, sort)) throw invalid('sort');
  const direction = request.query.get('direction') ?? (sort === 'full_name' ? 'asc' : 'desc');
  if (direction !== 'asc' && direction !== 'desc') throw invalid('direction');
  const key = sort === 'full_name' ? fullName : (repository) => repository[SORTS[sort]];
  const keyed = repositories.map((repository) => ({ repository, key: key(repository) }));
  const sign = direction === 'asc' ? 1 : -1;
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign
    : a.repository.id - b.repository.id));
  const { items, headers } = paginate(request, keyed, urls.web);
  return json(200, items.map(({ repository }) => repositoryFor(urls, state, repository, user)),
              headers);
}

/** @param {string} field of the query, with a value that GitHub does not know */
export function invalid(field) {
  return validationFailed({ resource: 'Repository', code: 'invalid', field });
}

function fullName({ owner, name }) {
  return `${owner}/${name}`.toLowerCase();
}
