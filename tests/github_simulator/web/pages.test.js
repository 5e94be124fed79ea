import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SimulatorProcess } from '../testing/simulator_process.js';
import { WorkingCopy } from '../testing/working_copy.js';

let simulator;
let sha;
before(async () => {
  simulator = await SimulatorProcess.start();
  const copy = await WorkingCopy.clone(`${simulator.url}/octo/hello.git`);
  sha = await copy.commit('<script>alert("1")</script>\n\n<i>body</i>', {});
  await copy.git('push', '--quiet', 'origin', 'main');
  await copy.dispose();
});
after(() => simulator.dispose());

const get = async (target) => {
  const response = await fetch(simulator.url + target);
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const post = (body) => simulator.api('POST', `/repos/octo/hello/statuses/${sha}`, { body });

test('a commit page reloads while pending and shows the final state', async () => {
  const page = () => get(`/octo/hello/commit/${sha}`);
  await post({ state: 'pending', context: 'Kozmic-CI', target_url: 'http://127.0.0.1:8080/b"1' });
  const pending = await page();
  assert.equal(pending.status, 200);
  assert.match(pending.text, /<meta http-equiv="refresh" content="2">/);
  assert.match(pending.text, /id="combined" class="state pending" data-state="pending"/);
  assert.ok(pending.text.includes('href="http://127.0.0.1:8080/b&quot;1"'));

  await post({ state: 'success', context: 'Kozmic-CI', description: 'It <em>passed</em>' });
  const done = await page();
  assert.doesNotMatch(done.text, /http-equiv="refresh"/);
  assert.match(done.text, /id="combined" class="state success" data-state="success"/);
  assert.match(done.text, /data-context="Kozmic-CI" data-state="success"/);
  for (const markup of ['<script>', '<i>', '<em>']) assert.ok(!done.text.includes(markup), markup);
});

test('the repository page tells how to push, and the commits with their states', async () => {
  await post({ state: 'failure', context: 'other', target_url: 'http://127.0.0.1:8080/build/7' });
  const { status, headers, text } = await get('/octo/hello');
  assert.equal(status, 200);
  assert.ok(text.includes(`git clone ${simulator.url}/octo/hello.git`));
  assert.match(text, /href="http:\/\/127\.0\.0\.1:8080\/build\/7"><span class="dot failure"/);
  assert.match(text, /class="dot none"/);
  assert.ok(!text.includes('<script>'));
  assert.match(headers.get('content-security-policy'), /default-src 'none'/);
});

test('the list has what is public; nothing private has a page', async () => {
  const { text } = await get('/');
  assert.ok(text.includes('octo/hello') && !text.includes('vault'));
  for (const target of ['/octo/vault', '/octo/nothing', '/nobody', '/octo/hello/commit/nothing',
                        '/octo/hello/tree/nothing']) {
    assert.equal((await get(target)).status, 404, target);
  }
  assert.equal((await get('/octo')).status, 200);
  assert.equal((await get('/octo/hello/tree/main')).status, 200);
  assert.equal((await get('/assets/style.css')).headers.get('content-type'),
               'text/css; charset=utf-8');
});
