import fs from 'node:fs/promises';
import path from 'node:path';
import { isLogin, isRepositoryName } from '../base/names.js';
import { hashPassword, sha256Hex } from '../base/secrets.js';
import { PERMISSIONS } from '../state/repositories.js';
import { historyStream } from './history.js';

/**
 * Creates what a seed file names and is not there yet; changes nothing that is there. The file's
 * form is described in README.md.
 * @param {import('../simulator.js').Simulator} sim
 * @param {string} file
 */
export async function plantSeed(sim, file) {
  const seed = JSON.parse(await fs.readFile(file, 'utf8'));
  for (const user of seed.users ?? []) plantUser(sim, user);
  for (const app of seed.oauth_apps ?? []) plantApp(sim, app);
  for (const repository of seed.repositories ?? []) {
    await plantRepository(sim, repository, path.dirname(file));
  }
  await sim.journal.flush();
}

function plantUser({ state, journal, clock }, { login, name, email, password, tokens = [] }) {
  check(isLogin(login), `${JSON.stringify(login)} is not a login`);
  if (!state.users.find(login)) {
    journal.append('user_created', { user: {
      id: state.users.nextId(), login, name: name ?? login,
      email: email ?? `${login}@users.noreply.example.com`,
      password: password === undefined ? null : hashPassword(password),
      created_at: clock.now(),
    } });
  }
  for (const { token, scopes } of tokens) {
    const hash = sha256Hex(token);
    if (state.oauth.token(hash)) continue;
    journal.append('token_issued', {
      token_hash: hash, user_id: state.users.find(login)?.id, scopes, client_id: null,
    });
  }
}

function plantApp({ state, journal }, app) {
  const { client_id: clientId, client_secret: secret, name, redirect_prefixes: prefixes } = app;
  check(clientId && secret && name, 'an OAuth app needs client_id, client_secret and name');
  check(Array.isArray(prefixes) && prefixes.length > 0 && prefixes.every((prefix) => URL.canParse(prefix)),
        `${clientId} needs redirect_prefixes`);
  if (state.oauth.app(clientId)) return;
  journal.append('app_created', { app: {
    client_id: clientId, secret_hash: sha256Hex(secret), name, redirect_prefixes: prefixes,
  } });
}

async function plantRepository(sim, given, folder) {
  const { state, journal, clock, storage } = sim;
  const { owner, name, default_branch: branch = 'main', commits = [] } = given;
  const user = state.users.find(owner ?? '');
  check(user, `${name}: there is no user ${owner}`);
  check(isRepositoryName(name ?? ''), `${JSON.stringify(name)} is not a repository name`);
  if (state.repositories.find(owner, name)) return;
  const collaborators = Object.entries(given.collaborators ?? {});
  for (const [login, permission] of collaborators) {
    check(state.users.find(login), `${owner}/${name}: there is no user ${login}`);
    check(PERMISSIONS.includes(permission), `${owner}/${name}: ${permission} is no permission`);
  }
  const now = clock.now();
  const repository = {
    id: state.repositories.nextId(), owner_id: user.id, owner: user.login, name,
    description: given.description ?? '', private: given.private === true, default_branch: branch,
    push_without_password: given.push_without_password === true,
    collaborators: Object.fromEntries(collaborators.map(([login, p]) => [login.toLowerCase(), p])),
    created_at: now, pushed_at: now,
  };
  await storage.create(repository, await historyStream(commits, branch, folder));
  journal.append('repository_created', {
    repository, refs: Object.fromEntries(await storage.open(repository).refs()),
  });
}

function check(condition, message) {
  if (!condition) throw new Error(`seed: ${message}`);
}
