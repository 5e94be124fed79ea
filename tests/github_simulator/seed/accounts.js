import { isLogin } from '../base/names.js';
import { hashPassword, sha256Hex } from '../base/secrets.js';
import { check } from './check.js';

/** @param {import('../simulator.js').Simulator} sim */
export function plantUser({ state, journal, clock }, { login, name, email, password, tokens = [] }) {
  check(isLogin(login ?? ''), `${JSON.stringify(login)} is not a login`);
  check(!state.organizations.find(login), `${login} is an organization`);
  if (!state.users.find(login)) {
    journal.append('user_created', { user: {
      id: state.users.nextId(), login, name: name ?? login,
      email: email ?? `${login}@users.noreply.example.com`,
      password: password === undefined ? null : hashPassword(password),
      created_at: clock.now(),
    } });
  }
  for (const { token, scopes } of tokens) {
    check(typeof token === 'string' && Array.isArray(scopes), `${login}: a token needs scopes`);
    const hash = sha256Hex(token);
    const held = state.oauth.token(hash)?.scopes;
    // A seed's token may have been given more scopes since.
    if (held?.join() === scopes.join()) continue;
    journal.append('token_issued', {
      token_hash: hash, user_id: state.users.find(login)?.id, scopes, client_id: null,
    });
  }
}

/** @param {import('../simulator.js').Simulator} sim */
export function plantApp({ state, journal }, app) {
  const { client_id: clientId, client_secret: secret, name, redirect_prefixes: prefixes } = app;
  check(clientId && secret && name, 'an OAuth app needs client_id, client_secret and name');
  check(Array.isArray(prefixes) && prefixes.length > 0 &&
        prefixes.every((prefix) => URL.canParse(prefix)), `${clientId} needs redirect_prefixes`);
  if (state.oauth.app(clientId)) return;
  journal.append('app_created', { app: {
    client_id: clientId, secret_hash: sha256Hex(secret), name, redirect_prefixes: prefixes,
  } });
}
