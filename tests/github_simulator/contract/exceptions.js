/**
 * Where GitHub does other than its description says, each with the reason. Everything else that
 * deviates is a violation.
 */

/**
 * Undocumented but real addresses: the repository by its number, to which GitHub's own redirects and
 * `Link` headers lead. Below them are the operations that are described by name.
 * @param {string} path below the API's address
 * @returns {string} a path that the description has
 */
export function documentedPath(path) {
  return path.replace(/^\/repositories\/([^/]+)/, '/repos/-/$1');
}

/** @type {{what: RegExp, problem: RegExp, reason: string}[]} */
const EXCEPTIONS = [{
  what: /^(answer of \w+ \/repos\/\{owner\}\/\{repo\}\/pulls|event of pull_request )/,
  problem: /^(\/\d+|\/pull_request)?\/head\/repo must be object$/,
  reason: 'A head has no repository once its fork is deleted: real, but described as never.',
}];

/**
 * @param {string} what such as "answer of GET /user"
 * @param {string} problem
 */
export function isKnown(what, problem) {
  return EXCEPTIONS.some((one) => one.what.test(what) && one.problem.test(problem));
}
