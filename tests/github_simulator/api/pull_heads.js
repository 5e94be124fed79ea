import { validationFailed } from '../http/errors.js';
import { isVisible } from './access.js';
import { text } from './repository_validation.js';

/** @typedef {import('../state/repositories.js').Repository} Repository */

/**
 * @param {string | undefined} field
 * @param {string} code
 * @param {string} [message]
 */
export function pullError(field, code, message) {
  return validationFailed({ resource: 'PullRequest', code, ...(field && { field }),
                            ...(message && { message }) });
}

/**
 * @param {Repository} repository
 * @param {string} branch
 * @returns {string | undefined} a commit's id
 */
export function branchHead(repository, branch) {
  return repository.refs.get(`refs/heads/${branch}`);
}

/**
 * What a new pull request's `head` names: a branch, of the repository itself or, as OWNER:BRANCH,
 * of the owner's fork.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {Repository} base
 * @param {Record<string, any>} body
 * @returns {{repository: Repository, branch: string, sha: string}}
 */
export function headOf({ state }, viewer, base, body) {
  const [, owner = base.owner, branch] =
    /^(?:([^:]*):)?(.*)$/.exec(text('head', body.head) ?? '') ?? [];
  const name = text('head_repo', body.head_repo);
  const account = state.findAccount(owner);
  const candidates = account ? state.repositories.ownedBy(account.id) : [];
  const repository = candidates.find((one) => (name === undefined || one.name === name) &&
                                              sourceId(one) === sourceId(base));
  const sha = repository && branchHead(repository, branch);
  if (!sha || !isVisible(state, viewer, repository)) throw pullError('head', 'invalid');
  return { repository, branch, sha };
}

/** A fork's network is that of the repository at its root. */
function sourceId({ id, source_id: source }) {
  return source ?? id;
}
