import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { ed25519Key, rsaKey } from '../testing/ssh_keys.js';
import { TEAM, tokenOf } from '../testing/team.js';

const KEYS = '/repos/acme/rocket/keys';

let simulator;
before(async () => (simulator = await SimulatorProcess.start({ seed: TEAM })));
after(() => simulator.dispose());

const as = (login) => (method, target, body) =>
  simulator.api(method, target, { token: tokenOf(login), body });

test('a deploy key is created, listed, read and deleted', async () => {
  const key = ed25519Key();
  const created = await as('grace')('POST', KEYS, {
    title: 'Kozmic CI key', key: `${key} a comment`, read_only: true,
  });
  assert.equal(created.status, 201);
  const { id, url, title, read_only: readOnly, added_by: addedBy, last_used: used } = created.body;
  assert.deepEqual([created.body.key, title, readOnly, addedBy, used],
                   [key, 'Kozmic CI key', true, 'grace', null], 'without its comment');
  assert.equal(created.headers.get('location'), url);
  assert.deepEqual((await as('ada')('GET', KEYS)).body.map((one) => one.id), [id]);
  assert.equal((await as('ada')('GET', `${KEYS}/${id}`)).body.key, key);
  assert.equal((await as('ada')('GET', `/repos/acme/engine/keys/${id}`)).status, 404);
  assert.equal((await as('ada')('DELETE', `${KEYS}/${id}`)).status, 204);
  assert.equal((await as('ada')('GET', `${KEYS}/${id}`)).status, 404);
  assert.equal((await as('ada')('DELETE', `${KEYS}/${id}`)).status, 404);
});

test('a key in use is refused, on whatever repository; once it is gone it is free', async () => {
  const key = rsaKey(2048);
  const { body: { id } } = await as('ada')('POST', KEYS, { key: `${key} named by itself` });
  assert.equal((await as('ada')('GET', `${KEYS}/${id}`)).body.title, 'named by itself');
  for (const target of [KEYS, '/repos/acme/engine/keys']) {
    const { status, body } = await as('ada')('POST', target, { title: 'again', key });
    assert.equal(status, 422);
    assert.deepEqual(body.errors, [{ resource: 'PublicKey', code: 'custom', field: 'key',
                                     message: 'key is already in use' }]);
  }
  await as('ada')('DELETE', `${KEYS}/${id}`);
  assert.equal((await as('ada')('POST', '/repos/acme/engine/keys', { key })).status, 201);
});

const ed25519 = ed25519Key();
for (const [what, key] of [
  ['no key', 'nonsense'], ['an empty text', ''], ['a number', 7],
  ['a type that is not taken', ed25519.replace('ssh-ed25519', 'ssh-dss')],
  ['a type that is not the data\'s', ed25519.replace('ssh-ed25519', 'ssh-rsa')],
  ['data that breaks off', ed25519.slice(0, -8)],
  ['a short RSA key', rsaKey(1024)],
  ['a private key', generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey],
  ['two lines', `${ed25519}\n${ed25519}`],
]) {
  test(`${what} is no deploy key`, async () => {
    const { status, body } = await as('ada')('POST', KEYS, { title: 'x', key });
    assert.equal(status, 422);
    assert.match(body.errors[0].message, /OpenSSH public key format/);
  });
}

test('deploy keys are for administrators only', async () => {
  for (const login of ['bob', 'dan', 'mallory']) {
    assert.equal((await as(login)('GET', KEYS)).status, 404, login);
    assert.equal((await as(login)('POST', KEYS, { key: ed25519 })).status, 404, login);
  }
  assert.equal((await as('ada')('POST', KEYS, { title: 'x' })).status, 422);
  assert.equal((await as('ada')('POST', KEYS, { key: ed25519, read_only: 1 })).status, 422);
});
