import assert from 'node:assert/strict';
import os from 'node:os';
import { after, before, test } from 'node:test';
import { HookReceiver } from '../testing/hook_receiver.js';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { tokenOf, withTokens } from '../testing/team.js';
import { WorkingCopy, git } from '../testing/working_copy.js';

const SITE = '/repos/acme/website';
const FORK = 'mallory/website';

let simulator;
let receiver;
let copy;
before(async () => {
  [simulator, receiver] = await Promise.all([
    SimulatorProcess.start({ seed: withTokens('mallory', [
      { token: 'mallory-deletes', scopes: ['repo', 'delete_repo'] },
    ]) }), HookReceiver.start()]);
  await simulator.createHook(receiver.url, { repository: 'acme/website', token: tokenOf('ada'),
                                             events: ['pull_request', 'fork', 'push'] });
  await receiver.next('ping');
});
after(() => Promise.all([simulator.dispose(), receiver.stop(), copy.dispose()]));

const as = (login, token = tokenOf(login)) => (method, target, body) =>
  simulator.api(method, target, { token, body });
const next = async (event) => (await receiver.next(event)).payload;
const withToken = (login, repository) =>
  `http://x-access-token:${tokenOf(login)}@127.0.0.1:${simulator.port}/${repository}.git`;

test('a fork has the branches of its parent, and knows it', async () => {
  const { status, body } = await as('mallory')('POST', `${SITE}/forks`);
  assert.deepEqual([status, body.full_name, body.fork, body.parent.full_name],
                   [202, FORK, true, 'acme/website']);
  const { forkee, repository } = await next('fork');
  assert.deepEqual([forkee.full_name, repository.full_name], [FORK, 'acme/website']);
  assert.equal((await as('mallory')('POST', `${SITE}/forks`)).body.id, body.id, 'once');
  assert.deepEqual((await as('ada')('GET', `${SITE}/forks`)).body.map(({ id }) => id), [body.id]);
  assert.equal((await as('mallory')('POST', `/repos/${FORK}/forks`)).status, 422);
  assert.equal((await as('mallory')('POST', '/repos/acme/rocket/forks')).status, 404);
  copy = await WorkingCopy.clone(withToken('mallory', FORK));
});

test('K29: a pull request from a fork: opened, synchronize, closed, reopened', async () => {
  await copy.git('switch', '--quiet', '-c', 'better');
  const first = await copy.commit('Better', { 'index.html': '<h1>ACME</h1>\n', 'a.css': 'a\n' });
  await copy.git('push', '--quiet', 'origin', 'better');
  const created = await as('mallory')('POST', `${SITE}/pulls`, {
    title: 'Be better', head: 'mallory:better', base: 'main' });
  assert.equal(created.status, 201);
  const { number, commits, additions, deletions, changed_files: files } = created.body;
  assert.deepEqual([number, commits, additions, deletions, files], [1, 1, 2, 1, 2]);

  const opened = await next('pull_request');
  assert.deepEqual([opened.action, opened.number, opened.pull_request.head.sha,
                    opened.pull_request.head.label, opened.pull_request.head.repo.full_name,
                    opened.pull_request.base.repo.full_name, opened.pull_request.body],
                   ['opened', 1, first, 'mallory:better', FORK, 'acme/website', null]);
  assert.deepEqual([opened.sender.login, opened.pull_request.user.login], ['mallory', 'mallory']);

  const second = await copy.commit('Best', { 'b.css': 'b\n' });
  await copy.git('push', '--quiet', 'origin', 'better');
  const moved = await next('pull_request');
  assert.deepEqual([moved.action, moved.before, moved.after, moved.pull_request.head.sha,
                    moved.pull_request.commits], ['synchronize', first, second, second, 2]);
  const refs = await git(os.tmpdir(), ['ls-remote', `${simulator.url}/acme/website.git`]);
  assert.ok(refs.includes(`${second}\trefs/pull/1/head`), 'its commits are in the base repository');

  const patch = (login, body) => as(login)('PATCH', `${SITE}/pulls/1`, body);
  assert.equal((await patch('eve', { state: 'closed' })).status, 403);
  assert.equal((await patch('mallory', { title: 'Be best' })).body.title, 'Be best');
  const edited = await next('pull_request');
  assert.deepEqual([edited.action, edited.changes.title.from], ['edited', 'Be better']);
  assert.equal((await patch('ada', { state: 'closed' })).body.state, 'closed');
  const closed = await next('pull_request');
  assert.deepEqual([closed.action, closed.pull_request.merged], ['closed', false]);
  await patch('ada', { state: 'open' });
  assert.equal((await next('pull_request')).action, 'reopened');
});

test('what is no pull request is refused', async () => {
  const good = { title: 'x', head: 'mallory:better', base: 'main' };
  for (const bad of [good, { ...good, title: undefined }, { ...good, head: 'mallory:none' },
                     { ...good, base: 'none' }, { ...good, head: 'nobody:x' },
                     { ...good, head: 'main' }, { ...good, head: undefined }]) {
    const { status } = await as('mallory')('POST', `${SITE}/pulls`, bad);
    assert.equal(status, 422, JSON.stringify(bad));
  }
  assert.equal((await as('mallory')('GET', `${SITE}/pulls/2`)).status, 404);
  assert.equal((await as('ada')('PATCH', `${SITE}/pulls/1`, { state: 'odd' })).status, 422);
});

test('pull requests are listed by state, head and base', async () => {
  const list = async (query) => (await as('ada')('GET', `${SITE}/pulls${query}`)).body.map(
    (pull) => pull.number);
  assert.deepEqual(await list(''), [1]);
  assert.deepEqual(await list('?state=closed'), []);
  assert.deepEqual(await list('?head=mallory:better&base=main'), [1]);
  assert.deepEqual(await list('?head=ada:better'), []);
});

test('bad input 25: a fork that is deleted leaves its pull request without a head repository',
     async () => {
       await as('mallory', 'mallory-deletes')('DELETE', `/repos/${FORK}`);
       const { body } = await as('ada')('GET', `${SITE}/pulls/1`);
       assert.deepEqual([body.state, body.head.repo, body.head.label],
                        ['open', null, 'mallory:better']);
       await as('ada')('PATCH', `${SITE}/pulls/1`, { state: 'closed' });
       assert.equal((await next('pull_request')).pull_request.head.repo, null);
       assert.equal((await as('ada')('PATCH', `${SITE}/pulls/1`, { state: 'open' })).status, 422);
     });

test('from a branch of the repository itself; merging by a push closes it', async () => {
  const own = await WorkingCopy.clone(withToken('ada', 'acme/website'));
  await own.git('switch', '--quiet', '-c', 'topic');
  await own.commit('Topic', { 't.txt': 't\n' });
  await own.git('push', '--quiet', 'origin', 'topic');
  const { body } = await as('ada')('POST', `${SITE}/pulls`, { title: 't', head: 'topic',
                                                              base: 'main', draft: true });
  assert.deepEqual([body.number, body.draft, body.head.label], [2, true, 'acme:topic']);
  assert.equal((await next('pull_request')).action, 'opened');
  await own.git('push', '--quiet', 'origin', 'topic:main');
  const { action, pull_request: pull } = await next('pull_request');
  assert.deepEqual([action, pull.merged], ['closed', true]);
  assert.equal((await as('ada')('PATCH', `${SITE}/pulls/2`, { state: 'open' })).status, 422);
  await assert.rejects(own.git('push', '--quiet', 'origin', 'HEAD:refs/pull/9/head'), /hidden ref/);
  await own.dispose();
});
