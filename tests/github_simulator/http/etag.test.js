import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SimulatorProcess } from '../testing/simulator_process.js';

let simulator;
before(async () => (simulator = await SimulatorProcess.start()));
after(() => simulator.dispose());

const get = (target, known) => simulator.api('GET', target, {
  headers: known ? { 'if-none-match': known } : {},
});

test('what is known is 304, without body, and does not count', async () => {
  const first = await get('/user/repos?per_page=1');
  const etag = first.headers.get('etag');
  assert.match(etag, /^W\/"[0-9a-f]{64}"$/);
  const again = await get('/user/repos?per_page=1', `"other", ${etag}`);
  assert.deepEqual([again.status, again.body, again.headers.get('etag')], [304, '', etag]);
  assert.equal(again.headers.get('content-type'), null);
  assert.equal(again.headers.get('x-ratelimit-used'), first.headers.get('x-ratelimit-used'));
  assert.equal(again.headers.get('link'), first.headers.get('link'));
  assert.equal((await get('/user/repos?per_page=1', etag.replace('W/', ''))).status, 304);
});

test('what has changed is sent, with another tag', async () => {
  const one = '/repos/octo/hello';
  const etag = (await get(one)).headers.get('etag');
  await simulator.api('PATCH', one, { body: { description: 'Another' } });
  const { status, headers, body } = await get(one, etag);
  assert.deepEqual([status, body.description], [200, 'Another']);
  assert.notEqual(headers.get('etag'), etag);
});

test('pages added behind leave a page\'s tag, but its 304 tells of them', async () => {
  const list = '/repos/octo/hello/hooks?per_page=1';
  const add = (n) => simulator.createHook(`http://127.0.0.1:1/${n}`, { events: ['status'] });
  await add(1);
  // A hook's last delivery is part of it: wait until it is done.
  await simulator.journalEntry(({ type }) => type === 'delivery_done');
  const first = await get(list);
  assert.equal(first.headers.get('link'), null);
  await add(2);
  const again = await get(list, first.headers.get('etag'));
  assert.equal(again.status, 304);
  assert.match(again.headers.get('link'), /page=2>; rel="next"/);
});

test('errors and changes have no tag', async () => {
  assert.equal((await get('/repos/octo/nothing')).headers.get('etag'), null);
  const changed = await simulator.api('PATCH', '/repos/octo/hello', { body: {} });
  assert.equal(changed.headers.get('etag'), null);
});
