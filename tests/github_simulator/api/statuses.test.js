import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { SimulatorProcess, TOKENS } from '../testing/simulator_process.js';

const REPO = '/repos/octo/hello';

let simulator;
let sha;
before(async () => {
  simulator = await SimulatorProcess.start();
  sha = (await simulator.api('GET', `${REPO}/commits/main`)).body.sha;
});
after(() => simulator.dispose());

const post = (body, options) =>
  simulator.api('POST', `${REPO}/statuses/${sha}`, { body, ...options });
const combined = async () => (await simulator.api('GET', `${REPO}/commits/${sha}/status`)).body;

test('statuses are kept in order and combined by context', async () => {
  assert.deepEqual([(await combined()).state, (await combined()).total_count], ['pending', 0]);

  const created = await post({ state: 'pending', context: 'Kozmic-CI', description: 'is pending',
                               target_url: 'http://127.0.0.1:8080/projects/1/builds/1' });
  assert.equal(created.status, 201);
  const { id, url, state, description, target_url: targetUrl, context, creator } = created.body;
  assert.ok(id > 2 ** 32, 'ids are larger than 32 bits');
  assert.equal(url, `${simulator.url}/api/v3${REPO}/statuses/${sha}`);
  assert.deepEqual([state, description, targetUrl, context, creator.login],
                   ['pending', 'is pending', 'http://127.0.0.1:8080/projects/1/builds/1',
                    'Kozmic-CI', 'octo']);

  await post({ state: 'success', context: 'Kozmic-CI' });
  assert.equal((await combined()).state, 'success');
  await post({ state: 'pending' });
  assert.equal((await combined()).state, 'pending');
  await post({ state: 'error', context: 'other' });
  const { state: worst, statuses, total_count: total, sha: about } = await combined();
  assert.deepEqual([worst, total, about], ['failure', 3, sha]);
  assert.deepEqual(statuses.map((status) => [status.context, status.state]),
                   [['other', 'error'], ['default', 'pending'], ['Kozmic-CI', 'success']]);

  const list = await simulator.api('GET', `${REPO}/commits/heads/main/statuses?per_page=3`);
  assert.deepEqual(list.body.map((status) => status.state), ['error', 'pending', 'success']);
  assert.match(list.headers.get('link'), /page=2>; rel="next".*page=2>; rel="last"/);
});

for (const [what, body, field] of [
  ['an unknown state', { state: 'green' }, 'state'],
  ['a description of 141 characters', { state: 'success', description: 'ü'.repeat(141) },
   'description'],
  ['a context of 256 characters', { state: 'success', context: 'x'.repeat(256) }, 'context'],
  ['a target_url of another scheme', { state: 'success', target_url: 'javascript:alert(1)' },
   'target_url'],
]) {
  test(`${what} is a 422 that names the field`, async () => {
    const answer = await post(body);
    assert.equal(answer.status, 422);
    assert.equal(answer.body.message, 'Validation Failed');
    assert.deepEqual([answer.body.errors[0].resource, answer.body.errors[0].field],
                     ['Status', field]);
  });
}

test('the longest description and context are taken', async () => {
  const answer = await post({ state: 'success', description: '😀'.repeat(140),
                              context: 'x'.repeat(255) });
  assert.equal(answer.status, 201);
});

test('without a state, or with a wrong type, it is a 422', async () => {
  assert.match((await post({})).body.message, /"state" wasn't supplied/);
  assert.equal((await post({ state: 'success', description: 5 })).status, 422);
});

test('only commits of the repository have statuses', async () => {
  const tree = (await simulator.api('GET', `${REPO}/commits/${sha}`)).body.commit.tree.sha;
  for (const unknown of ['0'.repeat(40), 'main', sha.slice(0, 12), tree]) {
    const answer = await simulator.api('POST', `${REPO}/statuses/${unknown}`,
                                       { body: { state: 'success' } });
    assert.equal(answer.status, 422);
    assert.equal(answer.body.message, `No commit found for SHA: ${unknown}`);
  }
});

test('a thousand statuses for a commit and context, and not one more', async () => {
  const body = { state: 'success', context: 'many' };
  const { id } = (await post(body)).body;
  await simulator.stop();
  const journal = path.join(simulator.data, 'journal.jsonl');
  const lines = (await fs.readFile(journal, 'utf8')).trim().split('\n').map((l) => JSON.parse(l));
  const first = lines.find((line) => line.status?.id === id);
  const more = Array.from({ length: 998 }, (_, i) => ({
    ...first, seq: lines.length + 1 + i, status: { ...first.status, id: id + 1 + i },
  }));
  await fs.appendFile(journal, more.map((line) => `${JSON.stringify(line)}\n`).join(''));
  simulator = await SimulatorProcess.start({ data: simulator.data });

  assert.equal((await post(body)).status, 201);
  const refused = await post(body);
  assert.equal(refused.status, 422);
  assert.match(refused.body.errors[0].message, /maximum number of statuses/);
  assert.equal((await post({ ...body, context: 'another' })).status, 201);
});

test('whoever may not push may not post', async () => {
  assert.equal((await post({ state: 'success' }, { token: TOKENS.mona })).status, 404);
  assert.equal((await post({ state: 'success' }, { token: TOKENS.weak })).status, 404);
  assert.equal((await post({ state: 'success' }, { token: null })).status, 401);
});
