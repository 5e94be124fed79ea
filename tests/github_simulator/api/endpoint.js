import { json } from '../http/answer.js';
import { HttpError, notFound } from '../http/errors.js';
import { conditional } from '../http/etag.js';
import { authenticate } from './authentication.js';
import { byId, redirection } from './moved.js';
import { account, admit } from './rate_limit.js';
import { hasScope } from './scopes.js';

const VERSIONS = ['2022-11-28', '2026-03-10'];
const DOCS = 'https://docs.github.com/rest';

/**
 * @typedef {import('../http/request.js').Request} Request
 * @typedef {import('../http/answer.js').Answer} Answer
 * @typedef {object} Viewer who asks
 * @property {import('../state/users.js').User} user
 * @property {string[]} scopes
 * @property {boolean} [isBrowser] on GitHub's pages, not by a token
 */

/**
 * A route of the REST API: authenticated, with GitHub's headers and errors, changes journalled.
 * @param {import('../simulator.js').Simulator} sim
 * @param {object} what
 * @param {string} what.method
 * @param {string} what.path below /api/v3
 * @param {string} what.docs the page of GitHub's documentation, below https://docs.github.com/rest
 * @param {string[]} [what.scopes] one of these is needed; none: any token will do
 * @param {boolean} [what.unlimited] neither counted nor refused by the rate limit
 * @param {boolean} [what.anonymous] serves those without token, too: there is no viewer then
 * @param {(request: Request, viewer: Viewer) => Promise<Answer>} handler
 * @returns {import('../http/router.js').Route}
 */
export function endpoint(sim, { method, path, docs, scopes = [], unlimited = false, anonymous = false },
                         handler) {
  const isCounted = (viewer) => viewer && !unlimited && !viewer.isBrowser;
  return {
    method,
    path: `/api/v3${path}`,
    aliases: byId(path),
    async handler(request) {
      /** @type {Viewer | null} */
      let viewer = null;
      /** @type {Answer} */
      let answer;
      try {
        if (!request.viewer) checkHeaders(request);
        const isAnonymous = anonymous && request.header('authorization') === '';
        viewer = request.viewer ?? (isAnonymous ? null : authenticate(sim, request));
        if (isCounted(viewer)) admit(sim, viewer);
        requireScope(viewer, scopes);
        answer = redirection(sim, request, viewer) ?? await handler(request, viewer);
      } catch (error) {
        answer = errorAnswer(error, `${DOCS}/${docs}`);
      }
      if (method !== 'GET') {
        sim.journal.append('api_request', {
          method, path: request.path, status: answer.status, user: viewer?.user.login ?? null,
          ...(viewer?.isBrowser && { browser: true }),
        });
      }
      if (method === 'GET') answer = conditional(request, answer);
      const limits = isCounted(viewer) ? account(sim, viewer, answer.status) : {};
      return { ...answer,
               headers: { ...commonHeaders(viewer, scopes), ...limits, ...answer.headers } };
    },
  };
}

function checkHeaders(request) {
  if (request.header('user-agent') === '') {
    throw new HttpError(403, 'Request forbidden by administrative rules. Please make sure your ' +
                             'request has a User-Agent header.');
  }
  const version = request.header('x-github-api-version');
  if (version !== '' && !VERSIONS.includes(version)) {
    throw new HttpError(400, `${JSON.stringify(version)} is not a supported version.`);
  }
}

/** A lacking scope hides the thing, as GitHub does with whatever a token may not see. */
function requireScope(viewer, needed) {
  if (needed.length > 0 && !hasScope(viewer, ...needed)) throw notFound();
}

/** @returns {Answer} */
function errorAnswer(error, documentationUrl) {
  if (!(error instanceof HttpError)) throw error;
  const { message, errors, status, headers } = error;
  return json(status, {
    message, ...(errors && { errors }), documentation_url: documentationUrl,
    status: String(status),
  }, headers);
}

function commonHeaders(viewer, scopes) {
  return {
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': VERSIONS[0],
    'cache-control': 'private, no-cache',
    ...(viewer && {
      'x-oauth-scopes': viewer.scopes.join(', '),
      'x-accepted-oauth-scopes': scopes.join(', '),
    }),
  };
}
