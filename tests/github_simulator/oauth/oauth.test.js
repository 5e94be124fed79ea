import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { SimulatorProcess } from '../testing/simulator_process.js';

let simulator;
before(async () => (simulator = await SimulatorProcess.start()));
after(() => simulator.dispose());

const REDIRECT = 'http://127.0.0.1:9999/callback/?next=1';

function request() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, parameters: {
    client_id: 'app', redirect_uri: REDIRECT, state: 'st/ate &"', scope: 'repo,user:email',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  } };
}

function decide(parameters, decision) {
  return fetch(`${simulator.url}/login/oauth/authorize`, {
    method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...parameters, ...decision }),
  });
}

function exchange(fields, headers = { accept: 'application/json' }) {
  return fetch(`${simulator.url}/login/oauth/access_token`, {
    method: 'POST', headers, body: new URLSearchParams({
      client_id: 'app', client_secret: 'app-secret', ...fields,
    }),
  });
}

test('the whole web flow ends with a token of the chosen user', async () => {
  const { verifier, parameters } = request();
  const page = await fetch(
    `${simulator.url}/login/oauth/authorize?${new URLSearchParams(parameters)}`);
  const markup = await page.text();
  assert.equal(page.status, 200);
  assert.match(markup, /Authorize Test App/);
  assert.match(markup, /name="login" value="mona"/);
  assert.ok(markup.includes('value="st/ate &amp;&quot;"'), 'the state is escaped');
  assert.ok(markup.includes('&lt;b&gt;Hubot &amp; Co&lt;/b&gt;'), 'names are escaped');
  assert.match(page.headers.get('content-security-policy'),
               /form-action 'self' http:\/\/127\.0\.0\.1:9999$/);

  const redirect = await decide(parameters, { login: 'mona', decision: 'authorize' });
  assert.equal(redirect.status, 302);
  const target = new URL(redirect.headers.get('location'));
  assert.equal(target.origin + target.pathname, 'http://127.0.0.1:9999/callback/');
  assert.equal(target.searchParams.get('next'), '1');
  assert.equal(target.searchParams.get('state'), parameters.state);

  const answer = await exchange({ code: target.searchParams.get('code'), code_verifier: verifier,
                                  redirect_uri: REDIRECT });
  assert.equal(answer.status, 200);
  const grant = await answer.json();
  assert.deepEqual(Object.keys(grant).sort(), ['access_token', 'scope', 'token_type']);
  assert.equal(grant.scope, 'repo,user:email');
  assert.equal(grant.token_type, 'bearer');

  const me = await simulator.api('GET', '/user', { token: grant.access_token });
  assert.equal(me.body.login, 'mona');
  assert.equal(me.headers.get('x-oauth-scopes'), 'repo, user:email');
});

test('Cancel leads back with access_denied', async () => {
  const { parameters } = request();
  const redirect = await decide(parameters, { login: 'mona', decision: 'cancel' });
  assert.equal(redirect.status, 302);
  const target = new URL(redirect.headers.get('location'));
  assert.equal(target.searchParams.get('error'), 'access_denied');
  assert.equal(target.searchParams.get('state'), parameters.state);
  assert.equal(target.searchParams.get('code'), null);
});

test('a bad code is answered as GitHub does: 200 with an error', async () => {
  const answer = await exchange({ code: 'nonsense' });
  assert.equal(answer.status, 200);
  const body = await answer.json();
  assert.equal(body.error, 'bad_verification_code');
  assert.match(body.error_uri, /#bad-verification-code$/);
});

test('without Accept the token answer is a form', async () => {
  const answer = await exchange({ code: 'nonsense' }, {});
  assert.match(answer.headers.get('content-type'), /^application\/x-www-form-urlencoded/);
  assert.equal(new URLSearchParams(await answer.text()).get('error'), 'bad_verification_code');
});

test('an unknown application and a foreign redirect are told to the user, not redirected', async () => {
  const { parameters } = request();
  const unknown = await decide({ ...parameters, client_id: 'x' }, { decision: 'authorize' });
  assert.equal(unknown.status, 404);
  const foreign = await decide({ ...parameters, redirect_uri: 'https://evil.example/' },
                               { login: 'mona', decision: 'authorize' });
  assert.equal(foreign.status, 400);
  const nobody = await decide(parameters, { login: 'nobody', decision: 'authorize' });
  assert.equal(nobody.status, 422);
});

test('a challenge that is not S256 is refused', async () => {
  const { parameters } = request();
  const answer = await decide({ ...parameters, code_challenge_method: 'plain' },
                              { login: 'mona', decision: 'authorize' });
  assert.equal(answer.status, 400);
});

async function authorize(decision = {}) {
  const { verifier, parameters } = request();
  const redirect = await decide(parameters, { login: 'mona', decision: 'authorize', ...decision });
  const code = new URL(redirect.headers.get('location')).searchParams.get('code');
  return (await exchange({ code, code_verifier: verifier })).json();
}

test('bad input 33: a user may grant less than was asked for', async () => {
  assert.equal((await authorize({ granted: 'repo' })).scope, 'repo');
  assert.equal((await authorize({ granted: '' })).scope, '');
  assert.equal((await authorize({ granted: 'admin:org' })).scope, '', 'and not more');
  const { access_token: token } = await authorize({ granted: 'user:email' });
  const { headers } = await simulator.api('GET', '/user', { token });
  assert.equal(headers.get('x-oauth-scopes'), 'user:email');
});

test('bad input 28: a code is good once, and an expired one never', async () => {
  const { verifier, parameters } = request();
  const codeOf = async () => new URL((await decide(parameters, {
    login: 'mona', decision: 'authorize' })).headers.get('location')).searchParams.get('code');
  const used = await codeOf();
  const first = await (await exchange({ code: used, code_verifier: verifier })).json();
  assert.match(first.access_token, /^gho_/);
  const late = await codeOf();
  await simulator.control('POST', '/codes/expire');
  for (const code of [used, late]) {
    const answer = await (await exchange({ code, code_verifier: verifier })).json();
    assert.equal(answer.error, 'bad_verification_code');
  }
});

test('whoever revokes an application has its tokens die, and no other', async () => {
  const { access_token: token } = await authorize();
  const status = async (one) => (await simulator.api('GET', '/user', { token: one })).status;
  assert.equal(await status(token), 200);
  assert.equal((await simulator.control('DELETE', '/users/octo/grants/app')).status, 204);
  assert.equal(await status(token), 200, 'of another user');
  assert.equal((await simulator.control('DELETE', '/users/mona/grants/app')).status, 204);
  assert.equal(await status(token), 401);
  assert.equal(await status('ghp_mona'), 200, 'a personal token');
  assert.equal((await simulator.control('DELETE', '/users/mona/grants/none')).status, 404);
});

test('a suspended user is not offered, and cannot sign in', async () => {
  await simulator.control('PATCH', '/users/mona', { suspended: true });
  const { parameters } = request();
  const page = await fetch(
    `${simulator.url}/login/oauth/authorize?${new URLSearchParams(parameters)}`);
  assert.doesNotMatch(await page.text(), /value="mona"/);
  assert.equal((await decide(parameters, { login: 'mona', decision: 'authorize' })).status, 403);
});
