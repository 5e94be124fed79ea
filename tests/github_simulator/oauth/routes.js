import { json } from '../http/answer.js';
import { errorPage } from '../web/page.js';
import { authorizePage } from './authorize_page.js';
import { GrantError, Grants } from './grants.js';
import { isAllowedRedirect, withParameters } from './redirect.js';

const CARRIED = ['client_id', 'redirect_uri', 'state', 'scope', 'code_challenge',
                 'code_challenge_method'];

/** @param {import('../simulator.js').Simulator} sim */
export function oauthRoutes(sim) {
  const { state, journal, clock } = sim;
  const grants = new Grants(state, journal, clock);
  return [
    { method: 'GET', path: '/login/oauth/authorize', handler: async (request) => {
      const wanted = readRequest(state, request.query);
      if ('problem' in wanted) return wanted.problem;
      return authorizePage({ ...wanted,
                             users: state.users.all().filter((user) => !user.suspended) });
    } },

    { method: 'POST', path: '/login/oauth/authorize', handler: async (request) => {
      const fields = await request.fields();
      // A script may leave the request's parameters in the address and send only its decision.
      for (const [name, value] of request.query) if (!fields.has(name)) fields.set(name, value);
      const wanted = readRequest(state, fields);
      if ('problem' in wanted) return wanted.problem;
      const { app, scopes, redirectUri } = wanted;
      const back = (parameters) => ({ status: 302, headers: {
        location: withParameters(redirectUri, { ...parameters, state: fields.get('state') }),
      } });
      if (fields.get('decision') !== 'authorize') {
        return back({ error: 'access_denied',
                      error_description: 'The user has denied your application access.' });
      }
      const user = state.users.find(fields.get('login') ?? '');
      if (!user) return errorPage(422, 'There is no such user.');
      if (user.suspended) return errorPage(403, 'Your account is suspended.');
      // A user may grant less than was asked for; what is not said is granted.
      const granted = fields.has('granted') ? fields.getAll('granted') : scopes;
      return back({ code: await grants.issueCode({
        user_id: user.id, client_id: app.client_id, redirect_uri: redirectUri,
        scopes: scopes.filter((scope) => granted.includes(scope)),
        code_challenge: fields.get('code_challenge') || null,
      }) });
    } },

    { method: 'POST', path: '/login/oauth/access_token', handler: async (request) => {
      const fields = await request.fields();
      const field = (name) => fields.get(name) ?? request.query.get(name);
      const asJson = request.header('accept').includes('json');
      try {
        return tokenAnswer(asJson, await grants.exchange({
          client_id: field('client_id') ?? '',
          client_secret: field('client_secret') ?? '',
          code: field('code') ?? '',
          code_verifier: field('code_verifier'),
          redirect_uri: field('redirect_uri'),
        }));
      } catch (error) {
        if (error instanceof GrantError) return tokenAnswer(asJson, error.body);
        throw error;
      }
    } },
  ];
}

/**
 * @param {import('../state/state.js').State} state
 * @param {URLSearchParams} fields
 */
function readRequest(state, fields) {
  const app = state.oauth.app(fields.get('client_id') ?? '');
  if (!app) return { problem: errorPage(404, 'There is no application with this client_id.') };
  const redirectUri = fields.get('redirect_uri') ?? app.redirect_prefixes[0];
  if (!isAllowedRedirect(redirectUri, app.redirect_prefixes)) {
    return { problem: errorPage(400, 'The redirect_uri is not associated with this application.') };
  }
  if (fields.get('code_challenge') && fields.get('code_challenge_method') !== 'S256') {
    return { problem: errorPage(400, 'The code_challenge_method must be S256.') };
  }
  const scopes = [...new Set((fields.get('scope') ?? '').split(/[\s,]+/))].filter(Boolean);
  const parameters = {};
  for (const name of CARRIED) if (fields.has(name)) parameters[name] = fields.get(name) ?? '';
  return { app, scopes, redirectUri, parameters };
}

function tokenAnswer(asJson, body) {
  if (asJson) return json(200, body, { 'cache-control': 'no-store' });
  return {
    status: 200,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
               'cache-control': 'no-store' },
    body: new URLSearchParams(body).toString(),
  };
}
