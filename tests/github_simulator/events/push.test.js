import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { after, before, test } from 'node:test';
import { HookReceiver } from '../testing/hook_receiver.js';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { WorkingCopy } from '../testing/working_copy.js';

const SECRET = 'whsec ü';
const ZERO = '0'.repeat(40);

let simulator;
let receiver;
let copy;

before(async () => {
  [simulator, receiver] = await Promise.all([SimulatorProcess.start(), HookReceiver.start()]);
  await simulator.createHook(receiver.url, { secret: SECRET });
  await receiver.next('ping');
  copy = await WorkingCopy.clone(`${simulator.url}/octo/hello.git`);
});
after(async () => {
  await Promise.all([simulator.dispose(), receiver.stop(), copy.dispose()]);
});

const nextPush = async () => (await receiver.next('push')).payload;

/** By Web Crypto, not by what signs in the simulator. */
async function hmac(hash, body) {
  const key = await webcrypto.subtle.importKey('raw', new TextEncoder().encode(SECRET),
                                               { name: 'HMAC', hash }, false, ['sign']);
  return Buffer.from(await webcrypto.subtle.sign('HMAC', key, body)).toString('hex');
}

test('a push is delivered, signed, with everything about its commits', async () => {
  const before = await copy.head();
  const one = await copy.commit('One\n\nwith a body', { 'a b/ü.txt': '1', 'README.md': 'new\n' });
  const two = await copy.commit('Two', { 'new.txt': null });
  await copy.git('push', '--quiet', 'origin', 'main');

  const { headers, raw, payload } = await receiver.next('push');
  assert.equal(headers['x-hub-signature-256'], `sha256=${await hmac('SHA-256', raw)}`);
  assert.equal(headers['x-hub-signature'], `sha1=${await hmac('SHA-1', raw)}`);
  assert.match(headers['x-github-delivery'], /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.match(headers['x-github-hook-id'], /^\d+$/);
  assert.match(headers['user-agent'], /^GitHub-Hookshot\//);
  assert.equal(headers['content-type'], 'application/json');

  const { ref, before: old, after: fresh, created, deleted, forced, base_ref: baseRef } = payload;
  assert.deepEqual({ ref, old, fresh, created, deleted, forced, baseRef },
                   { ref: 'refs/heads/main', old: before, fresh: two, created: false,
                     deleted: false, forced: false, baseRef: null });
  assert.equal(payload.compare, `${simulator.url}/octo/hello/compare/${before.slice(0, 12)}...${
    two.slice(0, 12)}`);
  assert.deepEqual(payload.commits.map(({ id }) => id), [one, two]);
  const [first, second] = payload.commits;
  assert.equal(first.message, 'One\n\nwith a body');
  assert.deepEqual([first.added, first.removed, first.modified],
                   [['a b/ü.txt'], [], ['README.md']]);
  assert.deepEqual([second.added, second.removed, second.modified], [[], ['new.txt'], []]);
  assert.deepEqual(first.author, { name: 'Mona Lisa', email: 'mona@example.com',
                                   username: 'mona' });
  assert.deepEqual(first.committer, { name: 'A Stranger', email: 'stranger@example.org' });
  assert.equal(first.distinct, true);
  assert.equal(first.url, `${simulator.url}/octo/hello/commit/${one}`);
  assert.equal(first.tree_id, await copy.git('rev-parse', `${one}^{tree}`));
  assert.ok(Math.abs(Date.parse(first.timestamp) - Date.now()) < 60_000);
  assert.deepEqual(payload.head_commit, second);

  assert.equal(payload.repository.full_name, 'octo/hello');
  assert.equal(typeof payload.repository.pushed_at, 'number');
  assert.equal(payload.repository.owner.name, 'octo');
  assert.deepEqual(payload.pusher, { name: 'octo', email: 'octo@example.com' });
  assert.equal(payload.sender.login, 'octo');
});

test('a new branch lists only what no other branch has, and says from where it comes', async () => {
  const main = await copy.head();
  await copy.git('push', '--quiet', 'origin', 'main:refs/heads/same');
  const same = await nextPush();
  assert.equal(same.ref, 'refs/heads/same');
  assert.equal(same.created, true);
  assert.equal(same.before, ZERO);
  assert.equal(same.base_ref, 'refs/heads/main');
  assert.deepEqual(same.commits, []);
  assert.equal(same.head_commit.id, main);
  assert.equal(same.compare, `${simulator.url}/octo/hello/compare/same`);

  await copy.git('switch', '--quiet', '-c', 'feature/x');
  const head = await copy.commit('On a branch', { 'f.txt': '1' });
  await copy.git('push', '--quiet', 'origin', 'feature/x');
  const feature = await nextPush();
  assert.equal(feature.ref, 'refs/heads/feature/x');
  assert.equal(feature.base_ref, null);
  assert.deepEqual(feature.commits.map(({ id }) => id), [head]);
  assert.equal(feature.compare, `${simulator.url}/octo/hello/compare/${head.slice(0, 12)}^...${
    head.slice(0, 12)}`);
  await copy.git('switch', '--quiet', 'main');
});

test('a merge brings the commits of the other branch, no longer distinct', async () => {
  const feature = await copy.git('rev-parse', 'feature/x');
  await copy.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'feature/x');
  await copy.git('push', '--quiet', 'origin', 'main');
  const { commits } = await nextPush();
  assert.deepEqual(commits.map(({ id, distinct }) => [id, distinct]),
                   [[feature, false], [await copy.head(), true]]);
  assert.deepEqual(commits[1].added, ['f.txt'], 'against its first parent');
});

test('a rewritten branch is forced', async () => {
  const before = await copy.head();
  await copy.git('reset', '--quiet', '--hard', 'HEAD~1');
  const head = await copy.commit('Instead', { 'i.txt': '1' });
  await copy.git('push', '--quiet', '--force', 'origin', 'main');
  const payload = await nextPush();
  assert.equal(payload.forced, true);
  assert.equal(payload.before, before);
  assert.deepEqual(payload.commits.map(({ id }) => id), [head]);
});

test('an annotated tag: after is the tag, head_commit what it tags', async () => {
  await copy.git('tag', '-a', 'v1.0', '-m', 'Release');
  await copy.git('push', '--quiet', 'origin', 'v1.0');
  const payload = await nextPush();
  assert.equal(payload.ref, 'refs/tags/v1.0');
  assert.equal(payload.after, await copy.git('rev-parse', 'v1.0^{tag}'));
  assert.equal(payload.head_commit.id, await copy.head());
  assert.equal(payload.base_ref, 'refs/heads/main');
  assert.deepEqual(payload.commits, []);
  assert.equal(payload.created, true);
});

for (const ref of ['refs/heads/same', 'refs/tags/v1.0']) {
  test(`deleting ${ref}`, async () => {
    await copy.git('push', '--quiet', 'origin', `:${ref}`);
    const payload = await nextPush();
    assert.equal(payload.ref, ref);
    assert.equal(payload.deleted, true);
    assert.equal(payload.after, ZERO);
    assert.equal(payload.head_commit, null);
    assert.deepEqual(payload.commits, []);
  });
}

test('more than three tags at once are not announced', async () => {
  for (const name of ['t1', 't2', 't3', 't4']) await copy.git('tag', name);
  await copy.git('push', '--quiet', 'origin', 't1', 't2', 't3', 't4', 'main:refs/heads/with-tags');
  assert.equal((await nextPush()).ref, 'refs/heads/with-tags');
  await copy.git('push', '--quiet', 'origin', ':t1');
  assert.equal((await nextPush()).ref, 'refs/tags/t1', 'nothing came between');
});

test('a refused push is not announced', async () => {
  await assert.rejects(copy.git('push', '--quiet', 'origin', ':main'), /deletion of the current/);
  await copy.git('push', '--quiet', 'origin', 'main:refs/heads/next');
  assert.equal((await nextPush()).ref, 'refs/heads/next');
});

test('pushes at the same time: every one is announced, each once', async () => {
  const names = Array.from({ length: 6 }, (_, i) => `refs/heads/p${i}`);
  await Promise.all(names.map((name) => copy.git('push', '--quiet', 'origin', `main:${name}`)));
  const refs = [];
  for (const _ of names) refs.push((await nextPush()).ref);
  assert.deepEqual(refs.sort(), names);
});
