/** What a session is told that gets nothing, in GitHub's words. */
export class Refusal extends Error {}

/**
 * Whether a key may do what a session's command asks for.
 * @param {import('../state/state.js').State} state
 * @param {import('../state/deploy_keys.js').DeployKey | undefined} key
 * @param {string} command as the client sent it
 * @returns {{service: 'upload-pack' | 'receive-pack',
 *            repository: import('../state/repositories.js').Repository}}
 */
export function access({ repositories }, key, command) {
  const own = key && repositories.findById(key.repository_id);
  if (!own) throw new Refusal('ERROR: Repository not found.');
  if (command === '') {
    throw new Refusal(`Hi ${own.owner}/${own.name}! You've successfully authenticated, but GitHub ` +
                      'does not provide shell access.');
  }
  const [, service, owner, name] =
    /^git[- ](upload-pack|receive-pack) '?\/?([^/']+)\/([^/']+?)(?:\.git)?\/?'?$/.exec(command) ?? [];
  if (!service) throw new Refusal(`Invalid command: ${JSON.stringify(command)}`);
  // A former name leads to the repository, as everywhere.
  const named = repositories.find(owner, name) ?? repositories.findMoved(owner, name);
  if (named !== own) throw new Refusal('ERROR: Repository not found.');
  if (service === 'receive-pack' && key.read_only) {
    throw new Refusal('ERROR: The key you are authenticating with has been marked as read only.');
  }
  return { service: /** @type {any} */ (service), repository: own };
}
