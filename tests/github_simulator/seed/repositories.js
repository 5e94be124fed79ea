import { isRepositoryName } from '../base/names.js';
import { createRepositories, createRepository } from '../git/creation.js';
import { permissionNamed } from '../state/permissions.js';
import { check } from './check.js';
import { historyStream } from './history.js';
import { grantToTeams } from './organizations.js';

const COUNT_CAP = 100_000;

/**
 * A repository; with `count`, so many empty ones: name-1, name-2, ...
 * @param {import('../simulator.js').Simulator} sim
 * @param {Record<string, any>} given
 * @param {Record<string, any>[]} organizations of the same seed
 * @param {string | null} folder beside which its files are
 */
export async function plantRepository(sim, given, organizations, folder) {
  const { state, storage } = sim;
  const { owner, name, count, default_branch: branch = 'main', commits = [] } = given;
  const account = state.findAccount(owner ?? '');
  check(account, `${name}: there is no account ${owner}`);
  check(isRepositoryName(name ?? ''), `${JSON.stringify(name)} is not a repository name`);
  const collaborators = Object.entries(given.collaborators ?? {});
  for (const [login, permission] of collaborators) {
    check(state.users.find(login), `${owner}/${name}: there is no user ${login}`);
    check(permissionNamed(permission), `${owner}/${name}: ${permission} is no permission`);
  }
  const fields = {
    owner_id: account.id, owner: account.login, name,
    description: given.description ?? '', private: given.private === true, default_branch: branch,
    push_without_password: given.push_without_password === true,
  };
  const then = (repository) => {
    for (const [login, permission] of collaborators) {
      sim.journal.append('collaborator_set', {
        repository_id: repository.id, user_id: state.users.find(login)?.id,
        permission: permissionNamed(permission),
      });
    }
    grantToTeams(sim, repository, organizations);
  };
  if (count !== undefined) {
    check(Number.isInteger(count) && count >= 1 && count <= COUNT_CAP, `${name}: a bad count`);
    const all = Array.from({ length: count }, (_, i) => ({ ...fields, name: `${name}-${i + 1}` }));
    const fresh = all.filter((one) => !state.repositories.find(owner, one.name));
    await createRepositories(sim, fresh, then);
    return;
  }
  if (state.repositories.find(owner, name)) return;
  const history = await historyStream(commits, branch, folder);
  const fill = history && ((repository) => storage.create(repository, history));
  await createRepository(sim, fields, fill, then);
}
