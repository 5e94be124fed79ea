/**
 * @typedef {object} Route
 * @property {string} method
 * @property {string} path Segments `:name` take one path segment, `*name` one or more.
 * @property {string[]} [aliases] further paths
 * @property {(request: import('./request.js').Request) =>
 *            Promise<import('./answer.js').Answer | undefined>} handler
 *   Answers undefined when it has written the answer itself.
 */

/** Finds the first route that fits, in the order of their registration. */
export class Router {
  /** @type {{route: Route, regex: RegExp, names: string[]}[]} */
  #entries;

  /** @param {Route[]} routes */
  constructor(routes) {
    this.#entries = routes.flatMap((route) => [route.path, ...route.aliases ?? []].map(
      (path) => ({ route, ...compile(path) })));
  }

  /**
   * @param {string} method
   * @param {string} path as received, still percent-encoded: a path is never normalised, so that
   *   nothing like `..` can lead from one route to another
   * @returns {{route: Route, params: Record<string, string>} | null}
   */
  match(method, path) {
    const wanted = method === 'HEAD' ? 'GET' : method;
    for (const { route, regex, names } of this.#entries) {
      const match = route.method === wanted && regex.exec(path);
      const params = match && decodeAll(names, match.slice(1));
      if (params) return { route, params };
    }
    return null;
  }
}

function compile(path) {
  const names = [];
  const source = path.replace(/[.+]/g, '\\$&').replace(/[:*](\w+)/g, (token, name) => {
    names.push(token);
    return token.startsWith(':') ? '([^/]+)' : '(.+)';
  });
  return { regex: new RegExp(`^${source}$`), names };
}

function decodeAll(names, values) {
  const params = {};
  for (const [i, token] of names.entries()) {
    let value;
    try {
      value = decodeURIComponent(values[i]);
    } catch {
      return null;
    }
    const parts = value.split('/');
    if (token.startsWith(':') && parts.length > 1) return null;
    if (value.includes('\0') || parts.some((part) => part === '.' || part === '..')) return null;
    params[token.slice(1)] = value;
  }
  return params;
}
