import { commitAndTell } from '../events/announce.js';
import { announceMember } from '../events/collaborators.js';
import { json, noContent } from '../http/answer.js';
import { HttpError, notFound, validationFailed } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { collaboratorPermission, collaboratorShape, invitation } from '../shapes/collaborator.js';
import {
  PERMISSIONS, allows, collaboratorsOf, grantedPermission, permissionNamed, permissionOf,
} from '../state/permissions.js';
import { repositoryOf, repositoryWith } from './access.js';
import { endpoint } from './endpoint.js';
import { demandScope } from './scopes.js';

const WRITE = ['repo', 'public_repo'];
const AFFILIATIONS = ['all', 'direct', 'outside'];

/** @param {import('../simulator.js').Simulator} sim */
export function collaboratorRoutes(sim) {
  const { state, urls, journal, clock } = sim;
  const all = '/repos/:owner/:repo/collaborators';
  const one = `${all}/:username`;
  const userNamed = ({ username }) => {
    const user = state.users.find(username);
    if (!user) throw notFound();
    return user;
  };
  /** Who works on a repository is for those to see who may push; an organisation's by its scope. */
  const listed = (viewer, params, refusal) => {
    const repository = repositoryWith(sim, viewer, params, 'push', refusal);
    if (state.organizations.findById(repository.owner_id)) demandScope(viewer, 'read:org');
    return repository;
  };

  return [
    endpoint(sim, {
      method: 'GET', path: all, docs: 'collaborators/collaborators#list-repository-collaborators',
    }, async (request, viewer) => {
      const repository = listed(viewer, request.params,
                                'Must have push access to view repository collaborators.');
      const affiliation = request.query.get('affiliation') ?? 'all';
      const least = request.query.get('permission') ?? 'pull';
      if (!AFFILIATIONS.includes(affiliation)) throw invalid('affiliation');
      if (!PERMISSIONS.includes(least)) throw invalid('permission');
      const found = collaboratorsOf(state, repository, affiliation)
        .filter(({ permission }) => allows(permission, least));
      const { items, headers } = paginate(request, found, urls.web);
      return json(200, items.map(({ user, permission }) =>
        collaboratorShape(urls, user, permission)), headers);
    }),

    endpoint(sim, {
      method: 'GET', path: one,
      docs: 'collaborators/collaborators#check-if-a-user-is-a-repository-collaborator',
    }, async (request, viewer) => {
      const repository = listed(viewer, request.params,
                                'Must have push access to view repository collaborators.');
      if (!grantedPermission(state, repository, userNamed(request.params).id)) throw notFound();
      return noContent();
    }),

    endpoint(sim, {
      method: 'GET', path: `${one}/permission`,
      docs: 'collaborators/collaborators#get-repository-permissions-for-a-user',
    }, async (request, viewer) => {
      const repository = repositoryWith(sim, viewer, request.params, 'push',
                                        'Must have push access to view collaborator permission.');
      const user = userNamed(request.params);
      return json(200, collaboratorPermission(urls, user, permissionOf(state, repository, user)));
    }),

    endpoint(sim, {
      method: 'PUT', path: one, scopes: WRITE,
      docs: 'collaborators/collaborators#add-a-repository-collaborator',
    }, async (request, viewer) => {
      const repository = repositoryWith(sim, viewer, request.params, 'admin');
      const user = userNamed(request.params);
      const permission = permissionNamed((await request.jsonObject()).permission ?? 'push');
      if (!permission) throw invalid('permission');
      if (user.id === repository.owner_id) {
        throw validationFailed({ resource: 'Repository', code: 'custom',
                                 message: 'Repository owner cannot be a collaborator' });
      }
      const isKnown = grantedPermission(state, repository, user.id) !== null;
      const before = repository.collaborators.get(user.id);
      let seq = 0;
      await commitAndTell(sim, () => {
        ({ seq } = journal.append('collaborator_set', {
          repository_id: repository.id, user_id: user.id, permission,
        }));
        announceMember(sim, repository, viewer.user, user, before, permission);
      });
      if (isKnown) return noContent();
      // Whoever is invited accepts at once.
      return json(201, invitation(urls, state, repository, {
        id: seq, invitee: user, inviter: viewer.user, permission, at: clock.now(),
      }));
    }),

    endpoint(sim, {
      method: 'DELETE', path: one, scopes: WRITE,
      docs: 'collaborators/collaborators#remove-a-repository-collaborator',
    }, async (request, viewer) => {
      const user = userNamed(request.params);
      const repository = repositoryOf(sim, viewer, request.params);
      // One may always leave.
      if (user.id !== viewer.user.id &&
          !allows(permissionOf(state, repository, viewer.user), 'admin')) {
        throw new HttpError(403, 'Must have admin rights to Repository.');
      }
      const before = repository.collaborators.get(user.id);
      if (!before) return noContent();
      await commitAndTell(sim, () => {
        journal.append('collaborator_removed', {
          repository_id: repository.id, user_id: user.id,
        });
        announceMember(sim, repository, viewer.user, user, before, undefined);
      });
      return noContent();
    }),
  ];
}

function invalid(field) {
  return validationFailed({ resource: 'Repository', code: 'invalid', field });
}
