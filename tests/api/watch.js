// Holds what a browser gets from the API against its description.
import { check } from './openapi.js';

/**
 * Checks every answer that a page, or all pages of a context, of Playwright's get from the API of
 * the server that they come from, errors too. `onFault` is called with each fault. Answers a
 * function that waits until what has come is checked.
 */
export function watch(pageOrContext, onFault) {
  const checks = new Set();
  pageOrContext.on('response', (response) => {
    if (!isOfApi(response)) return;
    const checked = faultsOf(response)
      .then((faults) => faults.forEach(onFault), (error) => onFault(`${response.url()}: ${error.message}`))
      .finally(() => checks.delete(checked));
    checks.add(checked);
  });
  return async () => {
    while (checks.size > 0) await Promise.all(checks);
  };
}

/** What other servers answer is not described here; where the browser is going it has no page yet to tell by. */
function isOfApi(response) {
  const { origin, pathname } = new URL(response.url());
  if (!pathname.startsWith('/api/') || response.request().isNavigationRequest()) return false;
  return new URL(response.frame().url()).origin === origin;
}

async function faultsOf(response) {
  const type = response.headers()['content-type'];
  return check(response.request().method(), new URL(response.url()).pathname, response.status(), type,
    /^application\/json/.test(type) ? await textOf(response) : null);
}

/** null when it never came whole: the page left, or the server died. Streams are not asked for theirs. */
async function textOf(response) {
  try {
    return await response.text();
  } catch {
    return null;
  }
}
