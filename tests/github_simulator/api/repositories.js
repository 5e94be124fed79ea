import { json } from '../http/answer.js';
import { HttpError } from '../http/errors.js';
import { repositoryDetail } from '../shapes/repository.js';
import { organizationPermission } from '../state/permissions.js';
import { isVisible, repositoryOf } from './access.js';
import { endpoint } from './endpoint.js';
import { invalid, listRepositories } from './repository_list.js';

const AFFILIATIONS = ['owner', 'collaborator', 'organization_member'];
const VISIBILITIES = ['all', 'public', 'private'];

/** @param {import('../simulator.js').Simulator} sim */
export function repositoryRoutes(sim) {
  const { state, urls } = sim;
  return [
    endpoint(sim, {
      method: 'GET', path: '/user/repos',
      docs: 'repos/repos#list-repositories-for-the-authenticated-user',
    }, async (request, viewer) => {
      const wanted = filterOf(request.query);
      const mine = state.repositories.all().filter(
        (repository) => wanted.visibility(repository) &&
                        wanted.affiliations.some((one) => isAffiliated(one, repository, viewer)) &&
                        isVisible(state, viewer, repository));
      return listRepositories(sim, request, viewer, mine, 'full_name');
    }),

    endpoint(sim, {
      method: 'GET', path: '/repos/:owner/:repo', docs: 'repos/repos#get-a-repository',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params);
      return json(200, repositoryDetail(urls, state, repository, viewer.user));
    }),
  ];

  function isAffiliated(affiliation, repository, { user }) {
    switch (affiliation) {
      case 'owner': return repository.owner_id === user.id;
      case 'collaborator': return repository.collaborators.has(user.id);
      default: return organizationPermission(state, repository, user.id) !== null;
    }
  }
}

/** What `visibility`, `affiliation` and `type` of GET /user/repos ask for. */
function filterOf(query) {
  const type = query.get('type');
  const given = query.get('visibility') ?? query.get('affiliation');
  if (type !== null && given !== null) {
    throw new HttpError(422, 'If you specify visibility or affiliation, you cannot specify type.');
  }
  const byType = { owner: ['owner'], member: ['collaborator', 'organization_member'] };
  const affiliations = byType[type ?? ''] ??
                       (query.get('affiliation') ?? AFFILIATIONS.join()).split(',');
  if (!affiliations.every((one) => AFFILIATIONS.includes(one))) throw invalid('affiliation');
  const isType = type !== null && VISIBILITIES.includes(type);
  if (type !== null && !isType && !Object.hasOwn(byType, type)) throw invalid('type');
  const visibility = query.get('visibility') ?? (isType ? type : 'all');
  if (!VISIBILITIES.includes(visibility)) throw invalid('visibility');
  return {
    affiliations,
    visibility: (repository) => visibility === 'all' ||
                                repository.private === (visibility === 'private'),
  };
}
