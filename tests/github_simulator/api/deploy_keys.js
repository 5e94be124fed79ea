import { parsePublicKey } from '../base/public_key.js';
import { announce, commitAndTell } from '../events/announce.js';
import { json, noContent } from '../http/answer.js';
import { HttpError, notFound, validationFailed } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { deployKeyShape } from '../shapes/deploy_key.js';
import { repositoryOf } from './access.js';
import { endpoint } from './endpoint.js';

const SCOPES = ['repo', 'public_repo'];
const keyError = (message) => validationFailed({ resource: 'PublicKey', code: 'custom',
                                                 field: 'key', message });

/** @param {import('../simulator.js').Simulator} sim */
export function deployKeyRoutes(sim) {
  const { state, urls, journal, clock } = sim;
  const all = '/repos/:owner/:repo/keys';
  const one = `${all}/:key_id`;
  const shape = (key) => deployKeyShape(urls, state, key);
  const tell = (viewer, repository, action, key) =>
    announce(sim, repository, viewer.user, 'deploy_key', { action, key });
  const keyOf = (viewer, params) => {
    const repository = repositoryOf(sim, viewer, params, 'admin');
    const key = state.deployKeys.find(Number(params.key_id));
    if (!key || key.repository_id !== repository.id) throw notFound();
    return key;
  };
  return [
    endpoint(sim, {
      method: 'GET', path: all, scopes: SCOPES, docs: 'deploy-keys/deploy-keys#list-deploy-keys',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params, 'admin');
      const { items, headers } = paginate(request, state.deployKeys.of(repository.id), urls.web);
      return json(200, items.map(shape), headers);
    }),

    endpoint(sim, {
      method: 'POST', path: all, scopes: SCOPES, docs: 'deploy-keys/deploy-keys#create-a-deploy-key',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params, 'admin');
      const fields = validKey(await request.jsonObject());
      if (state.deployKeys.isInUse(fields.key)) throw keyError('key is already in use');
      const key = { id: state.deployKeys.nextId(), repository_id: repository.id, ...fields,
                    added_by: viewer.user.id, created_at: clock.now() };
      await commitAndTell(sim, () => {
        journal.append('deploy_key_created', { deploy_key: key });
        tell(viewer, repository, 'created', shape(state.deployKeys.find(key.id)));
      });
      const created = shape(state.deployKeys.find(key.id));
      return json(201, created, { location: created.url });
    }),

    endpoint(sim, {
      method: 'GET', path: one, scopes: SCOPES, docs: 'deploy-keys/deploy-keys#get-a-deploy-key',
    }, async (request, viewer) => json(200, shape(keyOf(viewer, request.params)))),

    endpoint(sim, {
      method: 'DELETE', path: one, scopes: SCOPES,
      docs: 'deploy-keys/deploy-keys#delete-a-deploy-key',
    }, async (request, viewer) => {
      const key = keyOf(viewer, request.params);
      const repository = state.repositories.get(key.repository_id);
      await commitAndTell(sim, () => {
        journal.append('deploy_key_deleted',
                       { deploy_key_id: key.id, repository_id: repository.id });
        tell(viewer, repository, 'deleted', shape(key));
      });
      return noContent();
    }),
  ];
}

function validKey({ key, title, read_only: readOnly = false }) {
  if (key === undefined) throw new HttpError(422, 'Invalid request.\n\n"key" wasn\'t supplied.');
  const parsed = typeof key === 'string' ? parsePublicKey(key) : null;
  if (!parsed) {
    throw keyError('key is invalid. You must supply a key in OpenSSH public key format');
  }
  if (typeof readOnly !== 'boolean') {
    throw new HttpError(422, `Invalid request.\n\nFor 'properties/read_only', ${
      JSON.stringify(readOnly)} is not a boolean.`);
  }
  const comment = String(key).trim().split(/ +/).slice(2).join(' ');
  return { key: parsed, title: String(title ?? comment), read_only: readOnly };
}
