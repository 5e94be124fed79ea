import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HookReceiver } from '../testing/hook_receiver.js';
import { SimulatorProcess, TOKENS } from '../testing/simulator_process.js';
import { WorkingCopy } from '../testing/working_copy.js';

const HOOKS = '/repos/octo/hello/hooks';

let simulator;
let receiver;
before(async () => {
  [simulator, receiver] = await Promise.all([SimulatorProcess.start(), HookReceiver.start()]);
});
after(() => Promise.all([simulator.dispose(), receiver.stop()]));

const isDone = (guid, redelivery) => (entry) =>
  entry.type === 'delivery_done' && entry.guid === guid &&
  (!redelivery || entry.delivery_id > redelivery);

test('a new hook is pinged, and its secret is never told', async () => {
  const hook = await simulator.createHook(receiver.url, { events: ['push', 'pull_request'],
                                                          secret: 'hush' });
  assert.deepEqual(hook.config, { url: receiver.url, content_type: 'json', insecure_ssl: '0',
                                  secret: '********' });
  assert.deepEqual(hook.events, ['push', 'pull_request']);
  const ping = await receiver.next('ping');
  assert.equal(ping.payload.hook_id, hook.id);
  assert.equal(ping.payload.hook.config.secret, '********');
  assert.equal(ping.payload.repository.full_name, 'octo/hello');
  assert.equal(ping.headers['x-github-hook-id'], String(hook.id));

  const entry = await simulator.journalEntry(({ type }) => type === 'hook_created');
  assert.ok(!JSON.stringify(entry).includes('hush'));
  assert.deepEqual((await simulator.api('GET', HOOKS)).body.map(({ id }) => id), [hook.id]);
  await simulator.api('DELETE', `${HOOKS}/${hook.id}`);
});

test('changing and deleting', async () => {
  const { id } = await simulator.createHook(receiver.url, { secret: 's' });
  await receiver.next('ping');
  const patched = await simulator.api('PATCH', `${HOOKS}/${id}`, { body: {
    active: false, add_events: ['pull_request'], remove_events: ['push'],
    config: { url: `${receiver.url}2`, content_type: 'form' },
  } });
  assert.equal(patched.status, 200);
  assert.equal(patched.body.active, false);
  assert.deepEqual(patched.body.events, ['pull_request']);
  assert.deepEqual(patched.body.config, { url: `${receiver.url}2`, content_type: 'form',
                                          insecure_ssl: '0' });
  assert.equal((await simulator.api('DELETE', `${HOOKS}/${id}`)).status, 204);
  assert.equal((await simulator.api('GET', `${HOOKS}/${id}`)).status, 404);
  assert.equal((await simulator.api('DELETE', `${HOOKS}/${id}`)).status, 404);
});

test('the configuration by itself: what is not named stays', async () => {
  const { id } = await simulator.createHook(receiver.url, { secret: 's' });
  await receiver.next('ping');
  const config = `${HOOKS}/${id}/config`;
  assert.deepEqual((await simulator.api('GET', config)).body, {
    url: receiver.url, content_type: 'json', insecure_ssl: '0', secret: '********' });
  const patched = await simulator.api('PATCH', config, { body: { content_type: 'form' } });
  assert.deepEqual(patched.body, { url: receiver.url, content_type: 'form', insecure_ssl: '0',
                                   secret: '********' });
  assert.equal((await simulator.api('PATCH', config, { body: { url: 'x' } })).status, 422);
  assert.equal((await simulator.api('GET', config, { token: TOKENS.mona })).status, 404);
  await simulator.api('DELETE', `${HOOKS}/${id}`);
});

test('an event has twenty hooks of a repository at most', async () => {
  const created = [];
  for (let i = 0; i < 20; i++) {
    created.push(await simulator.createHook(`http://127.0.0.1:1/${i}`, { events: ['status'] }));
  }
  const add = (events) => simulator.api('POST', HOOKS, { body: {
    events, config: { url: 'http://127.0.0.1:1/more' } } });
  const refused = await add(['push', 'status']);
  assert.equal(refused.status, 422);
  assert.match(refused.body.errors[0].message, /"status" event cannot have more than 20 hooks/);
  const other = await add(['push']);
  assert.equal(other.status, 201);
  for (const { id } of [...created, other.body]) await simulator.api('DELETE', `${HOOKS}/${id}`);
});

test('what GitHub refuses', async () => {
  const { id } = await simulator.createHook(receiver.url);
  await receiver.next('ping');
  const config = { url: 'http://127.0.0.1:1/', content_type: 'json' };
  for (const body of [{}, { config: {} }, { config: { url: 'ftp://x/' } }, { config, events: [] },
                      { config, events: ['nonsense'] }, { config, events: 'push' },
                      { config, name: 'email' }, { config, active: 'yes' },
                      { config: { ...config, content_type: 'xml' } },
                      { config: { url: receiver.url } }]) {
    const { status, body: answer } = await simulator.api('POST', HOOKS, { body });
    assert.equal(status, 422, JSON.stringify(body));
    assert.ok(answer.message && answer.documentation_url);
  }
  assert.equal((await simulator.api('POST', HOOKS, { body: '{"broken' })).status, 400);
  assert.equal((await simulator.api('POST', HOOKS, { body: '[]' })).status, 400);
  assert.equal((await simulator.api('GET', HOOKS)).body.length, 1);
  await simulator.api('DELETE', `${HOOKS}/${id}`);
});

test('hooks are hidden from whoever is no administrator, and from weak tokens', async () => {
  for (const token of [TOKENS.mona, TOKENS.weak]) {
    assert.equal((await simulator.api('GET', HOOKS, { token })).status, 404);
    assert.equal((await simulator.api('POST', HOOKS, { token, body: {} })).status, 404);
  }
});

test('a failed delivery is kept and not repeated; a redelivery keeps guid and body', async () => {
  const hook = await simulator.createHook(receiver.url, { secret: 's' });
  const ping = await receiver.next('ping');
  receiver.status = 500;
  const copy = await WorkingCopy.clone(`${simulator.url}/octo/hello.git`);
  await copy.commit('Fails', {});
  await copy.git('push', '--quiet', 'origin', 'main');
  await copy.dispose();
  const first = await receiver.next('push');
  const guid = first.headers['x-github-delivery'];
  const done = await simulator.journalEntry(isDone(guid));
  assert.equal(done.outcome.status_code, 500);
  assert.ok(done.outcome.delivered_at <= done.outcome.responded_at);

  const list = await simulator.api('GET', `${HOOKS}/${hook.id}/deliveries`);
  assert.deepEqual(list.body.map(({ event, status, status_code: code, redelivery }) =>
    [event, status, code, redelivery]), [['push', 'Invalid HTTP Response: 500', 500, false],
                                         ['ping', 'OK', 200, false]]);
  const [failed] = list.body;
  assert.equal(failed.guid, guid);

  const detail = await simulator.api('GET', `${HOOKS}/${hook.id}/deliveries/${failed.id}`);
  assert.deepEqual(detail.body.request.payload, first.payload);
  assert.equal(detail.body.request.headers['X-GitHub-Delivery'], guid);
  assert.equal(detail.body.response.payload, 'taken');
  assert.equal(detail.body.response.headers['x-receiver'], 'yes');
  assert.equal((await simulator.api('GET', `${HOOKS}/${hook.id}`)).body.last_response.code, 500);

  receiver.status = 202;
  const again = await simulator.api('POST', `${HOOKS}/${hook.id}/deliveries/${failed.id}/attempts`);
  assert.equal(again.status, 202);
  const second = await receiver.next('push');
  assert.equal(second.headers['x-github-delivery'], guid);
  assert.deepEqual(second.raw, first.raw);
  assert.equal(second.headers['x-hub-signature-256'], first.headers['x-hub-signature-256']);
  await simulator.journalEntry(isDone(guid, failed.id));
  const after = await simulator.api('GET', `${HOOKS}/${hook.id}/deliveries?per_page=1`);
  assert.deepEqual([after.body[0].redelivery, after.body[0].status_code], [true, 202]);
  assert.equal(receiver.deliveries.filter(({ event }) => event === 'push').length, 2);

  const [, next] = /<(.*)>; rel="next"/.exec(after.headers.get('link'));
  const page = await simulator.api('GET', next.slice(`${simulator.url}/api/v3`.length));
  assert.deepEqual(page.body.map(({ id }) => id), [failed.id], 'the cursor goes on from there');
  assert.notEqual(ping.headers['x-github-delivery'], guid);
  receiver.status = 200;
  await simulator.api('DELETE', `${HOOKS}/${hook.id}`);
});

test('a form hook carries the JSON in a field; no connection is 502', async () => {
  const hook = await simulator.createHook(receiver.url, { content_type: 'form' });
  const ping = await receiver.next('ping');
  const fields = new URLSearchParams(ping.raw.toString());
  assert.equal(JSON.parse(fields.get('payload')).hook_id, hook.id);
  await simulator.api('DELETE', `${HOOKS}/${hook.id}`);

  const dead = await simulator.createHook('http://127.0.0.1:1/');
  const done = await simulator.journalEntry(
    (entry) => entry.type === 'delivery_done' && entry.hook_id === dead.id);
  assert.equal(done.outcome.status_code, 502);
  assert.equal(done.outcome.status, 'failed to connect to host');
});

test('a hook can be tried out with the newest commit, without a push', async () => {
  const hook = await simulator.createHook(receiver.url);
  await receiver.next('ping');
  const { sha } = (await simulator.api('GET', '/repos/octo/hello/commits/main')).body;
  assert.equal((await simulator.api('POST', `${HOOKS}/${hook.id}/tests`)).status, 204);
  const { payload } = await receiver.next('push');
  assert.deepEqual([payload.ref, payload.after, payload.commits.length, payload.head_commit.id],
                   ['refs/heads/main', sha, 1, sha]);
});
