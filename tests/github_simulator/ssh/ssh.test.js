import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { HookReceiver } from '../testing/hook_receiver.js';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { SshClient } from '../testing/ssh_client.js';
import { TEAM, tokenOf } from '../testing/team.js';
import { WorkingCopy } from '../testing/working_copy.js';

const KEYS = '/repos/acme/rocket/keys';

let simulator;
let client;
let folder;
before(async () => {
  simulator = await SimulatorProcess.start({ seed: TEAM });
  client = await SshClient.create(simulator);
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'ssh-test-'));
});
after(() => Promise.all([simulator.dispose(), client.dispose(),
                         fs.rm(folder, { recursive: true })]));

const ada = (method, target, body) => simulator.api(method, target, { token: tokenOf('ada'), body });
const at = (repository) => `${simulator.ssh}/${repository}.git`;

test('the API names the host keys and the address', async () => {
  const { body } = await simulator.api('GET', '/meta', { token: null });
  assert.match(body.ssh_keys[0], /^ssh-ed25519 AAAA[A-Za-z\d+/]+=*$/);
  assert.match(body.ssh_key_fingerprints.SHA256_ED25519, /^[A-Za-z\d+/]{43}$/);
  assert.equal((await ada('GET', '/repos/acme/rocket')).body.ssh_url, at('acme/rocket'));
  assert.match(simulator.ssh, /^ssh:\/\/git@127\.0\.0\.1:\d+$/);
});

test('K42: a key that no repository has is refused', async () => {
  await assert.rejects(client.git('ls-remote', at('acme/rocket')), /Permission denied \(publickey\)/);
});

test('K42: a read-only deploy key reads its own repository, nothing else', async () => {
  const { body: { id } } = await ada('POST', KEYS, { title: 'Kozmic CI key', read_only: true,
                                                     key: client.publicKey });
  await client.git('clone', '--quiet', at('acme/rocket'), path.join(folder, 'rocket'));
  assert.ok(await fs.stat(path.join(folder, 'rocket/README.md')));
  assert.match(await client.git('ls-remote', at('ACME/Rocket')), /refs\/heads\/main/);
  const sha = (await ada('GET', '/repos/acme/rocket/commits/main')).body.sha;
  await client.git('-C', path.join(folder, 'rocket'), 'fetch', '--quiet', '--depth=1',
                   at('acme/rocket'), sha);
  for (const other of ['acme/engine', 'acme/website', 'acme/nothing', '../repos/1', 'x']) {
    await assert.rejects(client.git('ls-remote', at(other)),
                         /Repository not found|Invalid command/, other);
  }
  await assert.rejects(client.git('-C', path.join(folder, 'rocket'), 'push', at('acme/rocket'),
                                  'HEAD:refs/heads/x'), /marked as read only/);
  const used = (await ada('GET', `${KEYS}/${id}`)).body.last_used;
  assert.ok(Math.abs(Date.parse(used) - Date.now()) < 60_000, used);
});

for (const [what, command] of [['a shell', []], ['another command', ['id']],
                               ['a command behind git\'s', ['git-upload-pack', '/acme/rocket.git;id']],
                               ['an option', ['git-upload-pack', '--help']],
                               ['an archive', ['git-upload-archive', '/acme/rocket.git']]]) {
  test(`a deploy key gives nobody ${what}`, async () => {
    const { code, stderr } = await client.run(command);
    assert.equal(code, 1);
    assert.match(stderr, command.length === 0 ? /does not provide shell access/
      : /Invalid command|Repository not found/);
  });
}

test('a deploy key is of user git only', async () => {
  const { code, stderr } = await client.run(['id'], 'root');
  assert.deepEqual([code, /Permission denied/.test(stderr)], [255, true]);
});

test('a key that may write pushes, and its push is announced', async (t) => {
  const receiver = await HookReceiver.start();
  t.after(() => receiver.stop());
  await simulator.createHook(receiver.url, { repository: 'acme/engine', token: tokenOf('ada') });
  await receiver.next('ping');
  const writer = await SshClient.create(simulator, 'rsa');
  await ada('POST', '/repos/acme/engine/keys', { title: 'w', key: writer.publicKey });
  const copy = await WorkingCopy.clone(
    `http://x:${tokenOf('ada')}@127.0.0.1:${simulator.port}/acme/engine.git`);
  const noise = Array.from({ length: 200_000 }, (_, i) => (i * 2654435761) >>> 7).join('');
  const sha = await copy.commit('By SSH', { 'noise.txt': noise });
  await copy.git('-c', `core.sshCommand=${writer.command}`, 'push', '--quiet', at('acme/engine'),
                 'HEAD:main');
  const { payload } = await receiver.next('push');
  assert.deepEqual([payload.after, payload.pusher.name], [sha, 'ada']);
  await Promise.all([writer.dispose(), copy.dispose()]);
});

test('P53: an address from before a rename still leads there', async () => {
  await ada('PATCH', '/repos/acme/rocket', { name: 'shuttle' });
  for (const name of ['acme/rocket', 'acme/shuttle']) {
    assert.match(await client.git('ls-remote', at(name)), /refs\/heads\/main/, name);
  }
});

test('a restart keeps host key and keys; a deleted key is refused at once', async () => {
  const port = new URL(simulator.ssh).port;
  await simulator.stop();
  simulator = await SimulatorProcess.start({ data: simulator.data, seed: null,
                                             args: ['--ssh', 'required', '--ssh-port', port] });
  assert.match(await client.git('ls-remote', at('acme/shuttle')), /refs\/heads\/main/);
  const [{ id }] = (await ada('GET', '/repos/acme/shuttle/keys')).body;
  await ada('DELETE', `/repos/acme/shuttle/keys/${id}`);
  await assert.rejects(client.git('ls-remote', at('acme/shuttle')), /Permission denied/);
});

test('without SSH nothing tells of host keys', async () => {
  const plain = await SimulatorProcess.start({ args: ['--ssh', 'off'] });
  assert.equal(plain.ssh, undefined);
  assert.equal((await plain.api('GET', '/meta')).body.ssh_keys, undefined);
  await plain.dispose();
});

test('it works for a user without shell and home, as for root', async () => {
  const data = await fs.mkdtemp(path.join(os.tmpdir(), 'simulator-of-nobody-'));
  const uid = process.getuid() === 0 ? 65534 : undefined;
  if (uid) await fs.chown(data, uid, uid);
  const other = await SimulatorProcess.start({ data, seed: TEAM, uid });
  const guest = await SshClient.create(other);
  await other.api('POST', KEYS, { token: tokenOf('ada'), body: { title: 'k',
                                                                  key: guest.publicKey } });
  assert.match(await guest.git('ls-remote', `${other.ssh}/acme/rocket.git`), /refs\/heads\/main/);
  await Promise.all([other.dispose(), guest.dispose()]);
});

test('where sshd cannot be run, it is said, and is an end only if SSH is required', async (t) => {
  const parent = await fs.mkdtemp(path.join(os.tmpdir(), 'simulator-'));
  t.after(() => fs.rm(parent, { recursive: true }));
  const data = path.join(parent, "it's");
  await fs.mkdir(data);
  const plain = await SimulatorProcess.start({ data });
  assert.equal(plain.ssh, undefined);
  assert.match(plain.complaints, /^no git over SSH: git over SSH does not work below /m);
  await plain.stop();
  await assert.rejects(SimulatorProcess.start({ data, args: ['--ssh', 'required'] }),
                       /does not work below/);
});

test('no sshd outlives a simulator that is killed', async () => {
  const one = await SimulatorProcess.start({ seed: TEAM });
  const { port } = new URL(one.ssh);
  await one.kill();
  const { stderr } = spawnSync('ssh', ['-F', 'none', '-p', port, 'git@127.0.0.1']);
  assert.match(stderr.toString(), /Connection refused/);
  await one.dispose();
});
