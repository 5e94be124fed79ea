import { isRepositoryName } from '../base/names.js';
import { HttpError, validationFailed } from '../http/errors.js';

/** @param {string} field @param {string} message */
export function problem(field, message) {
  return validationFailed({ resource: 'Repository', code: 'custom', field, message });
}

/**
 * Whether a repository may have a name, there.
 * @param {import('../simulator.js').Simulator} sim
 * @param {string} owner
 * @param {unknown} name
 * @param {import('../state/repositories.js').Repository} [self] which may have it already
 */
export function checkName({ state }, owner, name, self) {
  if (typeof name !== 'string' || !isRepositoryName(name)) {
    throw problem('name', 'name is not a repository name');
  }
  const found = state.repositories.find(owner, name);
  if (found && found.id !== self?.id) throw problem('name', 'name already exists on this account');
}

/**
 * A text of a request's body; undefined if it is not there.
 * @param {string} field
 * @param {unknown} value
 */
export function text(field, value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new HttpError(422, `Invalid request.\n\nFor 'properties/${field}', ${
    JSON.stringify(value)} is not a string.`);
}
