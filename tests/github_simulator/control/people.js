import { isLogin } from '../base/names.js';
import { json, noContent } from '../http/answer.js';
import { HttpError, notFound } from '../http/errors.js';

/**
 * What becomes of users and of what they granted.
 * @param {import('../simulator.js').Simulator} sim
 * @returns {import('../http/router.js').Route[]}
 */
export function peopleRoutes({ state, journal }) {
  const userNamed = ({ login }) => {
    const user = state.users.find(login);
    if (!user) throw notFound();
    return user;
  };
  return [
    { method: 'PATCH', path: '/users/:login', async handler(request) {
      const user = userNamed(request.params);
      const changes = changesOf(user, await request.jsonObject());
      await journal.commit('user_changed', { user_id: user.id, changes });
      const { id, login, name, email, suspended } = user;
      return json(200, { id, login, name, email, suspended });
    } },

    { method: 'DELETE', path: '/users/:login/grants/:client_id', async handler(request) {
      const user = userNamed(request.params);
      const { client_id: clientId } = request.params;
      if (!state.oauth.app(clientId)) throw notFound();
      await journal.commit('grant_revoked', { user_id: user.id, client_id: clientId });
      return noContent();
    } },

    { method: 'POST', path: '/codes/expire', async handler() {
      await journal.commit('codes_expired', {});
      return noContent();
    } },
  ];

  function changesOf(user, given) {
    const changes = {};
    for (const [field, value] of Object.entries(given)) {
      const type = field === 'suspended' ? 'boolean' : 'string';
      if (!['login', 'name', 'email', 'suspended'].includes(field) || typeof value !== type) {
        throw new HttpError(422, `${field} cannot be changed to ${JSON.stringify(value)}`);
      }
      changes[field] = value;
    }
    const holder = changes.login === undefined ? undefined : state.findAccount(changes.login);
    if (changes.login !== undefined && (!isLogin(changes.login) || (holder && holder !== user))) {
      throw new HttpError(422, `${changes.login} cannot be a login, or is one already`);
    }
    return changes;
  }
}
