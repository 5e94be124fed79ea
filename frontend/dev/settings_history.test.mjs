// Who changed what, and settings as a file, in a real browser against the mock. P51
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { mockPages } from './browser.mjs';

const pages = mockPages();

const change = (page, number) => page.getByTestId('change').nth(number);
const HOOKS = '/api/v1/projects/9/hooks';

test('P51: who changed what is told, newest first, with what it was and is', async (t) => {
  const page = await pages.visit(t, '/projects/9/settings/history/');
  await change(page, 3).waitFor();
  assert.deepEqual(
    await page.locator('[data-testid=change] summary .anywhere:first-child').allInnerTexts(),
    ['ada changed the hook Tests', 'grace changed how builds are run', 'grace added the secret TOKEN', 'ada added the hook Tests'],
  );
  await change(page, 1).locator('summary').click();
  await change(page, 1).getByText('By an access token').waitFor();
  assert.match(await change(page, 1).locator('[data-field=max_parallel]').innerText(), /Jobs at once\s+0 → 4/);
  assert.match(await change(page, 1).locator('[data-field=mail]').innerText(), /no → yes/);
  await change(page, 0).locator('summary').click();
  const script = change(page, 0).locator('[data-field=script] pre');
  assert.equal((await script.innerText()).trimEnd(), "- #!/bin/bash\n- set -e\n- \n- make\n  make test");
  // A secret has no values, so nothing can be put back.
  await change(page, 2).locator('summary').click();
  await change(page, 2).getByTestId('change-details').waitFor();
  assert.equal(await change(page, 2).getByTestId('put-back').count(), 0);
});

test('P51: a long value is loaded when it is asked for', async (t) => {
  const page = await pages.visit(t, '/projects/9/settings/history/');
  await change(page, 3).waitFor();
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await change(page, 3).locator('summary').click();
  await change(page, 3).locator('[data-field=services]').getByText('a-name-of-a-database').waitFor();
  assert.deepEqual(asked, ['/api/v1/projects/9/settings/changes/p1']);
});

test('P51: what a change changed is put back, and nothing else', async (t) => {
  const page = await pages.visit(t, '/projects/9/settings/history/');
  const [hook] = (await (await page.request.get(pages.base + HOOKS)).json()).hooks;
  await change(page, 0).locator('summary').click();
  await change(page, 0).getByTestId('put-back').click();
  await page.getByTestId('dialog').getByRole('button', { name: 'Put back' }).click();
  await page.getByTestId('toast').getByText('It is as it was before.').waitFor();
  const [now] = (await (await page.request.get(pages.base + HOOKS)).json()).hooks;
  assert.equal(now.script, '#!/bin/bash\nset -e\n\nmake\nmake test\n');
  assert.deepEqual([now.labels, now.timeout_seconds], [['linux'], 3600]);
  assert.deepEqual([now.image, now.services], [hook.image, hook.services]);
  // That is a change, too.
  await change(page, 4).waitFor();
  await change(page, 2).locator('summary').click();
  await change(page, 2).getByTestId('put-back').click();
  await page.getByTestId('dialog').getByRole('button', { name: 'Put back' }).click();
  await change(page, 5).waitFor();
  const builds = await (await page.request.get(`${pages.base}/api/v1/projects/9/settings`)).json();
  assert.deepEqual([builds.max_parallel, builds.mail], [0, false]);
});

test('P51: a hook that was deleted is added again', async (t) => {
  const page = await pages.visit(t, '/projects/2/settings/hooks/');
  await page.getByTestId('delete-hook').click();
  await page.getByTestId('dialog').getByRole('button', { name: 'Delete hook' }).click();
  await page.getByTestId('hook').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'History', exact: true }).last().click();
  await change(page, 0).getByText('deleted the hook').waitFor();
  await change(page, 0).locator('summary').click();
  await change(page, 0).getByTestId('put-back').click();
  await page.getByTestId('dialog').getByRole('button', { name: 'Add hook' }).click();
  await change(page, 0).getByText('added the hook').waitFor();
  const { hooks } = await (await page.request.get(`${pages.base}/api/v1/projects/2/hooks`)).json();
  assert.deepEqual(hooks.map(({ title, image }) => [title, image]), [['Tests', 'node:22']]);
});

test('P51: older changes come when they are asked for', async (t) => {
  const page = await pages.visit(t, '/projects/1/settings/history/');
  await page.getByTestId('no-changes').waitFor();
  const headers = { 'X-CSRF-Token': (await (await page.request.get(`${pages.base}/api/v1/me`)).json()).csrf_token };
  const url = `${pages.base}/api/v1/projects/1/settings`;
  const settings = await (await page.request.get(url)).json();
  for (let parallel = 1; parallel <= 60; parallel++) {
    const answer = await page.request.put(url, { headers, data: { ...settings, max_parallel: parallel } });
    assert.equal(answer.status(), 200);
  }
  await page.reload();
  await change(page, 49).waitFor();
  assert.equal(await page.getByTestId('change').count(), 50);
  await page.getByTestId('older-changes').click();
  await change(page, 59).waitFor();
  assert.equal(await page.getByTestId('older-changes').count(), 0);
});

test('P51: settings are loaded as a file, and such a file is applied once one has seen what it does', async (t) => {
  const page = await pages.visit(t, '/projects/9/settings/file/');
  const download = page.waitForEvent('download');
  await page.getByTestId('export').click();
  const path = await (await download).path();
  const file = await readFile(path, 'utf8');
  assert.match(file, /title: Tests/);

  const choose = (text) => page.getByTestId('file').setInputFiles({ name: 'a.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) });
  await choose(file);
  await page.getByTestId('look').click();
  await page.getByTestId('plan').getByText('Nothing differs').waitFor();
  assert.equal(await page.getByTestId('apply').count(), 0);

  await choose('nonsense');
  await page.getByTestId('look').click();
  await page.getByText('version: say 1').waitFor();

  await choose('version: 1\nhooks:\n  - title: Deploy\nsecrets: [TOKEN]\n');
  await page.getByTestId('remove').check();
  await page.getByTestId('look').click();
  await page.getByTestId('plan').getByText('Adds the hook Deploy').waitFor();
  await page.getByTestId('plan').getByText('Deletes the hook Tests').waitFor();
  await page.getByTestId('plan').getByText('The secret TOKEN has no value here.').waitFor();
  await page.getByTestId('apply').click();
  await page.getByTestId('plan').getByText('Added the hook Deploy').waitFor();
  assert.equal(await page.getByTestId('apply').count(), 0);
  const { hooks } = await (await page.request.get(`${pages.base}/api/v1/projects/9/hooks`)).json();
  assert.deepEqual(hooks.map(({ title }) => title), ['Deploy']);
});

test('P51: what is applied is what was shown, of this file and this choice', async (t) => {
  const page = await pages.visit(t, '/projects/9/settings/file/');
  const choose = (text) => page.getByTestId('file').setInputFiles({ name: 'a.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) });
  await choose('version: 1\nhooks:\n  - title: Another\n');
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route('**/settings/file?*', async (route) => {
    await held;
    await route.continue();
  });
  const answered = page.waitForResponse('**/settings/file?*');
  await page.getByTestId('look').click();
  // Meanwhile somebody changes their mind.
  await page.getByTestId('remove').check();
  release();
  await answered;
  await page.getByTestId('look').click();
  await page.getByTestId('plan').getByText('Deletes the hook').waitFor();
  await page.getByTestId('apply').waitFor();
  await page.getByTestId('remove').uncheck();
  assert.equal(await page.getByTestId('apply').count(), 0);
  await choose('version: 1\n');
  assert.equal(await page.getByTestId('plan').innerText(), '');
});

test('P51: a member sees neither', async (t) => {
  for (const section of ['history', 'file']) {
    const page = await pages.visit(t, `/projects/6/settings/${section}/`);
    await page.getByTestId('role-needed').waitFor();
  }
});
