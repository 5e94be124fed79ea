import { HttpError } from '../http/errors.js';

/** What a scope holds besides itself. */
const HOLDS = {
  'repo': ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite', 'security_events'],
  'admin:repo_hook': ['write:repo_hook', 'read:repo_hook'],
  'write:repo_hook': ['read:repo_hook'],
  'admin:org': ['write:org', 'read:org'],
  'write:org': ['read:org'],
  'user': ['read:user', 'user:email', 'user:follow'],
};

/**
 * Whether a viewer's token has one of the scopes, by name or within a wider one.
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {...string} wanted
 */
export function hasScope({ scopes }, ...wanted) {
  return scopes.some((held) => wanted.some(
    (scope) => held === scope || HOLDS[held]?.includes(scope)));
}

/**
 * For what is not hidden but refused to a token without the scope, as what is about organisations.
 * @param {import('./endpoint.js').Viewer} viewer
 * @param {...string} wanted one of these
 */
export function demandScope(viewer, ...wanted) {
  if (hasScope(viewer, ...wanted)) return;
  throw new HttpError(403, `You need at least ${wanted.join(' scope or ')} scope to do this.`);
}
