const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Whether an application may have its users sent to `uri`: same scheme and host as one of its
 * prefixes, and a path below it. As with GitHub, a loopback prefix without port allows any port.
 * @param {string} uri
 * @param {string[]} prefixes
 */
export function isAllowedRedirect(uri, prefixes) {
  if (!URL.canParse(uri)) return false;
  const wanted = new URL(uri);
  if (wanted.username || wanted.password || wanted.hash) return false;
  return prefixes.some((prefix) => {
    const allowed = new URL(prefix);
    const anyPort = LOOPBACK.has(allowed.hostname) && allowed.port === '';
    const base = allowed.pathname.replace(/\/$/, '');
    return wanted.protocol === allowed.protocol && wanted.hostname === allowed.hostname &&
           (anyPort || wanted.port === allowed.port) &&
           (wanted.pathname === base || wanted.pathname.startsWith(`${base}/`));
  });
}

/**
 * @param {string} uri
 * @param {Record<string, string | null>} parameters null: left out
 */
export function withParameters(uri, parameters) {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  return url.href;
}
