import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { sha256Hex } from '../base/secrets.js';
import { State } from '../state/state.js';
import { GrantError, Grants } from './grants.js';

const VERIFIER = 'a'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

let now;
let grants;

beforeEach(() => {
  now = 1_000_000;
  const state = new State();
  const journal = {
    append: (type, fields) => state.apply({ seq: 0, at: now, type, ...fields }),
    commit: async (type, fields) => journal.append(type, fields),
    transaction: (work) => work(),
    flush: async () => {},
  };
  journal.append('app_created', { app: {
    client_id: 'app', secret_hash: sha256Hex('secret'), name: 'App',
    redirect_prefixes: ['http://127.0.0.1'],
  } });
  grants = new Grants(state, journal, { now: () => now });
});

const issue = () => grants.issueCode({
  user_id: 1, client_id: 'app', scopes: ['repo'], redirect_uri: 'http://127.0.0.1/',
  code_challenge: CHALLENGE,
});

const exchange = (code, changes = {}) => grants.exchange({
  client_id: 'app', client_secret: 'secret', code, code_verifier: VERIFIER,
  redirect_uri: 'http://127.0.0.1/', ...changes,
});

const refusal = (code) => (error) => error instanceof GrantError && error.body.error === code;

test('a code can be exchanged for just less than ten minutes', async () => {
  const code = await issue();
  now += 10 * 60 * 1000 - 1;
  const { access_token: token, scope } = await exchange(code);
  assert.match(token, /^gho_[A-Za-z0-9]{36}$/);
  assert.equal(scope, 'repo');
});

test('a code of ten minutes ago is expired', async () => {
  const code = await issue();
  now += 10 * 60 * 1000;
  await assert.rejects(exchange(code), refusal('bad_verification_code'));
});

test('a code is good for one exchange', async () => {
  const code = await issue();
  await exchange(code);
  await assert.rejects(exchange(code), refusal('bad_verification_code'));
});

test('two exchanges at the same moment give one token', async () => {
  const code = await issue();
  const results = await Promise.allSettled([exchange(code), exchange(code)]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

for (const [what, verifier] of [['another verifier', 'b'.repeat(43)], ['no verifier', null],
                                ['the challenge as verifier', CHALLENGE],
                                ['a verifier that is too short', 'a'.repeat(42)]]) {
  test(`${what} gets no token`, async () => {
    await assert.rejects(exchange(await issue(), { code_verifier: verifier }),
                         refusal('bad_verification_code'));
  });
}

test('a wrong client secret gets no token and does not spend the code', async () => {
  const code = await issue();
  await assert.rejects(exchange(code, { client_secret: 'wrong' }),
                       refusal('incorrect_client_credentials'));
  await exchange(code);
});

test('another redirect_uri than at the beginning gets no token', async () => {
  await assert.rejects(exchange(await issue(), { redirect_uri: 'http://127.0.0.1/other' }),
                       refusal('redirect_uri_mismatch'));
});
