import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { HookReceiver } from '../testing/hook_receiver.js';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { WorkingCopy, git } from '../testing/working_copy.js';

test('kill -9 loses nothing, and what was under way is delivered after the restart', async (t) => {
  const receiver = await HookReceiver.start();
  let simulator = await SimulatorProcess.start();
  t.after(() => Promise.all([simulator.dispose(), receiver.stop()]));
  const hook = await simulator.createHook(receiver.url, { secret: 's' });
  const ping = await receiver.next('ping');
  await simulator.journalEntry(({ type }) => type === 'delivery_done');
  const copy = await WorkingCopy.clone(`${simulator.url}/octo/hello.git`);

  receiver.silent = true;
  const sha = await copy.commit('Pushed', { 'p.txt': '1' });
  await copy.git('push', '--quiet', 'origin', 'main');
  const lost = await receiver.next('push');
  const status = { state: 'pending', context: 'Kozmic-CI' };
  await simulator.api('POST', `/repos/octo/hello/statuses/${sha}`, { body: status });
  await simulator.kill();

  receiver.silent = false;
  simulator = await SimulatorProcess.start({ data: simulator.data, seed: null });
  const again = await receiver.next('push');
  assert.equal(again.headers['x-github-delivery'], lost.headers['x-github-delivery']);
  assert.equal(again.headers['x-hub-signature-256'], lost.headers['x-hub-signature-256']);
  assert.deepEqual(again.raw, lost.raw);

  assert.deepEqual((await simulator.api('GET', '/repos/octo/hello/hooks')).body.map(({ id }) => id),
                   [hook.id]);
  const { body } = await simulator.api('GET', `/repos/octo/hello/commits/${sha}/status`);
  assert.equal(body.statuses[0].state, 'pending');
  assert.equal((await simulator.api('GET', '/user')).body.login, 'octo');
  await simulator.journalEntry((entry) => entry.type === 'delivery_done' && entry.event === 'push');
  const deliveries = await simulator.api('GET', `/repos/octo/hello/hooks/${hook.id}/deliveries`);
  assert.deepEqual(deliveries.body.map(({ guid, status_code: code }) => [guid, code]),
                   [[lost.headers['x-github-delivery'], 200],
                    [ping.headers['x-github-delivery'], 200]]);
  const refs = await git(copy.folder, ['ls-remote', `${simulator.url}/octo/hello.git`, 'main']);
  assert.ok(refs.startsWith(sha));
  await copy.dispose();
});

test('a push that was taken but not yet announced is announced at the next start', async (t) => {
  const receiver = await HookReceiver.start();
  let simulator = await SimulatorProcess.start();
  t.after(() => Promise.all([simulator.dispose(), receiver.stop()]));
  await simulator.createHook(receiver.url);
  await receiver.next('ping');
  const copy = await WorkingCopy.clone(`${simulator.url}/octo/hello.git`);
  const { id } = (await simulator.api('GET', '/repos/octo/hello')).body;
  const sha = await copy.commit('Unannounced', {});
  await simulator.kill();
  await copy.git('push', '--quiet', path.join(simulator.data, `repos/${id}.git`), 'main');

  simulator = await SimulatorProcess.start({ data: simulator.data });
  assert.equal((await receiver.next('push')).payload.after, sha);
  await copy.dispose();
});

test('the same seed again changes nothing; an interrupted planting is finished', async (t) => {
  let simulator = await SimulatorProcess.start();
  t.after(() => simulator.dispose());
  const journal = path.join(simulator.data, 'journal.jsonl');
  assert.equal(await simulator.stop(), 0);
  const planted = await fs.readFile(journal, 'utf8');

  simulator = await SimulatorProcess.start({ data: simulator.data });
  const commit = await simulator.api('GET', '/repos/octo/hello/commits/main');
  assert.equal(await simulator.stop(), 0);
  assert.equal(await fs.readFile(journal, 'utf8'), planted);

  // As if it had been killed between creating octo/hello's folder and noting it.
  const lines = planted.split('\n');
  const cut = lines.findIndex((line) => line.includes('"repository_created"'));
  await fs.writeFile(journal, `${lines.slice(0, cut).join('\n')}\n`);
  simulator = await SimulatorProcess.start({ data: simulator.data });
  assert.equal((await simulator.api('GET', '/repos/octo/hello/commits/main')).body.sha,
               commit.body.sha);
});

test('a folder has one simulator at a time', async (t) => {
  const simulator = await SimulatorProcess.start();
  t.after(() => simulator.dispose());
  await assert.rejects(SimulatorProcess.start({ data: simulator.data }), /in use by another/);
});

test('SIGTERM lets a delivery finish and ends with 0', async (t) => {
  const receiver = await HookReceiver.start();
  let simulator = await SimulatorProcess.start();
  t.after(() => Promise.all([simulator.dispose(), receiver.stop()]));
  await simulator.createHook(receiver.url);
  await receiver.next('ping');
  assert.equal(await simulator.stop(), 0);
  simulator = await SimulatorProcess.start({ data: simulator.data });
  assert.equal(receiver.deliveries.length, 1, 'it was not delivered twice');
  assert.ok(await simulator.journalEntry(({ type }) => type === 'delivery_done'));
});
