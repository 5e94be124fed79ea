// What people do on the pages, tried in a real browser against the mock: what needs time, keys, focus
// or a failure that a real service does not have at hand. Needs dist/: npm run build.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mockPages } from './browser.mjs';

const pages = mockPages();

/** Waits until the keyboard is at something that begins with these words. */
const focusAt = (page, words) =>
  page.waitForFunction((text) => document.activeElement?.textContent.startsWith(text), words);
const at = (page, path) => page.waitForURL(`${pages.base}${path}`);

test('K8: / leads to the project built last, and to the repositories when there is none', async (t) => {
  const page = await pages.visit(t, '/');
  await at(page, '/projects/1/builds/latest/');
  const empty = await pages.visit(t, '/', (other) =>
    other.route('**/api/v1/projects', (route) => route.fulfill({ json: { projects: [] } })));
  await at(empty, '/repositories/');
});

test('bad inputs 26, 27, 33: a sign-in that failed says why, also to who is signed in', async (t) => {
  const page = await pages.visit(t, '/login/?error=scope&scope=read%3Aorg');
  assert.match(await page.getByTestId('login-error').textContent(), /read:org.*organisations and teams/);
  await page.goto(`${pages.base}/login/?error=expired`);
  assert.match(await page.getByTestId('login-error').textContent(), /expired/);
  await page.getByRole('link', { name: 'Go on as you are' }).click();
  await at(page, '/projects/1/builds/latest/');
});

test('K10: a sync shows how far it is, asks again while it runs and is seen, and stops', async (t) => {
  let asked = 0;
  const page = await pages.visit(t, '/repositories/', async (fresh, context) => {
    await pages.dev(context, 'repositories?count=1000&state=done');
    await fresh.clock.install();
    fresh.on('request', (request) => {
      if (request.method() === 'GET' && request.url().endsWith('/repositories/sync')) asked++;
    });
  });
  await page.getByTestId('sync-repositories').click();
  await page.getByText(/pages of 10, [\d,]+ repositories so far/).waitFor();
  await page.getByTestId('toast').getByText('Synchronised with GitHub: 1,000 repositories.').waitFor();
  await page.getByText('Last synchronised').waitFor();
  const once = asked;
  assert.ok(once >= 2, `asked ${once} times`);
  // Whatever the page still wants to do within a minute, it does now, and before this request.
  await page.clock.runFor(60_000);
  await page.evaluate(() => fetch('/api/v1/me').then((answer) => answer.text()));
  assert.equal(asked, once);
});

test('K9: 5,000 repositories are but some rows at a time, and found while one types', async (t) => {
  const page = await pages.visit(t, '/repositories/', (_, context) => pages.dev(context, 'repositories?count=5000&state=done'));
  await page.getByTestId('repository-row').first().waitFor();
  assert.ok(await page.getByTestId('repository-row').count() < 200);
  await page.getByTestId('filter').fill('organisation-7 number 499');
  await page.getByTestId('filter-count').getByText('1 of 5,000').waitFor();
  await page.getByTestId('repository-row').waitFor();
  assert.equal(await page.getByTestId('repository-row').count(), 1);
  await page.getByTestId('filter').fill('');
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.locator('[data-repository="organisation-9/tools-500"]').waitFor();
  assert.ok(await page.getByTestId('repository-row').count() < 300);
});

test('K11: a project that could not be made says why, in its row; one that could leads to its settings', async (t) => {
  let posted = 0;
  const page = await pages.visit(t, '/repositories/', async (fresh, context) => {
    await pages.dev(context, 'repositories?count=9&state=done');
    fresh.on('request', (request) => request.method() === 'POST' && posted++);
  });
  const row = (name) => page.locator(`[data-repository="${name}"]`);
  await row('ada/unavailable').getByTestId('create-project').click();
  assert.match(await row('ada/unavailable').getByTestId('create-failed').textContent(),
    /^Sorry, failed to create a project\. Please try again later\. GitHub does not answer/);
  await row('ada/revoked').getByTestId('create-project').click();
  await row('ada/revoked').getByRole('link', { name: 'Sign in again' }).waitFor();
  posted = 0;
  await row('acme/infra').getByTestId('create-project').dblclick();
  await page.getByTestId('no-hooks').waitFor();
  assert.equal(posted, 1);
  await page.getByTestId('toast').getByText('acme/infra is a project now.').waitFor();
});

test('K20: Tab indents in the editor; Escape, then Tab, leaves it', async (t) => {
  const page = await pages.visit(t, '/projects/7/hooks/add/');
  const script = page.getByLabel('Script', { exact: true });
  await page.locator('.cm-content').first().waitFor();
  await page.getByText('Script', { exact: true }).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Tab');
  await page.keyboard.type('for n in 1 2 3; do make -j"$n" check; done');
  assert.match(await script.innerText(), /^ {4}for n in 1 2 3; do make -j"\$n" check; done$/m);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => document.activeElement.name === 'push');
});

test('K19: what is refused is said beside its field, which gets the keyboard', async (t) => {
  const page = await pages.visit(t, '/projects/7/hooks/add/');
  await page.locator('.cm-content').first().waitFor();
  await page.getByLabel('Title').fill('Refused image');
  await page.getByLabel('Docker image').fill('not an image!');
  await page.getByTestId('save').click();
  await page.getByTestId('fault-image').getByText('Not the name of an image.').waitFor();
  await page.waitForFunction(() => document.activeElement.name === 'image');
  await page.getByLabel('Docker image').fill('debian:12');
  assert.equal(await page.getByTestId('fault-image').count(), 0);
  await page.getByLabel('Script', { exact: true }).fill('');
  await page.getByTestId('save').click();
  await page.getByTestId('fault-script').getByText('This field is required.').waitFor();
  await page.waitForFunction(() => document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label') === 'Script');
});

test('K19: a hook is sent as it was typed, and the next step is said', async (t) => {
  const page = await pages.visit(t, '/projects/7/hooks/add/');
  await page.getByLabel('Title').fill('Everything');
  await page.getByLabel('Script', { exact: true }).fill('make\n');
  await page.getByTestId('note-script').getByText('/bin/sh').waitFor();
  await page.getByLabel('Branches', { exact: true }).fill('main\nrelease/**\n');
  await page.getByLabel('Tracked files').fill('./a\n\nb');
  await page.getByTestId('field-tag').check();
  await page.getByTestId('field-enabled').uncheck();
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.method() === 'POST'),
    page.getByTestId('save').click(),
  ]);
  assert.deepEqual(request.postDataJSON(), {
    title: 'Everything', image: 'debian:12', script: 'make\n', install_script: '', tracked_files: ['./a', 'b'],
    enabled: false, branches: ['main', 'release/**'], events: ['push', 'pull_request', 'tag'],
    labels: [], timeout_seconds: 3600, stall_timeout_seconds: 900, max_parallel: 0, services: [],
  });
  await page.getByTestId('next-step').getByText('“Everything” has been added. Push a commit to build it, or build what is there now.').waitFor();
  await focusAt(page, '“Everything”');
});

test('P18: services are added, checked, saved and removed', async (t) => {
  const page = await pages.visit(t, '/projects/1/hooks/1/edit/');
  await page.getByTestId('add-service').click();
  await page.waitForFunction(() => document.activeElement.getAttribute('name') === 'service-name');
  await page.getByTestId('save').click();
  await page.getByTestId('fault-services').getByText('needs a name').waitFor();
  await page.getByTestId('field-service-name').fill('db');
  await page.getByTestId('field-service-image').fill('a b');
  await page.getByTestId('field-service-environment').fill('POSTGRES_PASSWORD=te=st\n');
  await page.getByTestId('save').click();
  await page.getByTestId('fault-services').getByText('not a Docker image reference').waitFor();
  await page.getByTestId('field-service-image').fill('postgres:16');
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.method() === 'PUT'),
    page.getByTestId('save').click(),
  ]);
  assert.deepEqual(request.postDataJSON().services, [{ name: 'db', image: 'postgres:16', environment: { POSTGRES_PASSWORD: 'te=st' } }]);
  await page.getByTestId('edit-hook').first().click();
  assert.equal(await page.getByTestId('field-service-name').inputValue(), 'db');
  for (let services = 1; services < 5; ++services) await page.getByTestId('add-service').click();
  assert.equal(await page.getByTestId('add-service').count(), 0);
  for (let services = 5; services > 0; --services) await page.getByTestId('remove-service').first().click();
  await page.getByTestId('save').click();
  await page.getByTestId('toast').getByText('has been saved').waitFor();
});

test('a hook that was changed is not left unasked: not by a link, not by Back', async (t) => {
  const page = await pages.visit(t, '/projects/1/settings/');
  await page.getByTestId('edit-hook').first().click();
  await page.getByLabel('Title').fill('Half done');
  await page.getByRole('link', { name: 'Docs' }).click();
  await page.getByTestId('unsaved').getByRole('button', { name: 'Stay here' }).click();
  await page.goBack();
  await page.getByTestId('unsaved').waitFor();
  await page.keyboard.press('Escape');
  assert.match(page.url(), /\/hooks\/1\/edit\/$/);
  assert.equal(await page.getByLabel('Title').inputValue(), 'Half done');
  await page.goBack();
  await page.getByTestId('leave').click();
  await at(page, '/projects/1/settings/');
  await page.getByTestId('hook').first().waitFor();
  await page.goForward();
  await page.getByLabel('Title').waitFor();
  assert.equal(await page.getByLabel('Title').inputValue(), 'Tests');
});

test('a session that ends while one types takes nothing of it away', async (t) => {
  const page = await pages.visit(t, '/projects/1/hooks/1/edit/');
  await page.getByLabel('Title').fill('Tests, renamed');
  await page.context().clearCookies();
  await page.getByTestId('save').click();
  await page.getByTestId('signed-out').waitFor();
  await page.context().addCookies([{ name: 'kozmic_session', value: 'mock', url: pages.base }]);
  await page.getByRole('button', { name: 'I have signed in' }).click();
  assert.equal(await page.getByLabel('Title').inputValue(), 'Tests, renamed');
  await page.getByTestId('save').click();
  await page.getByTestId('toast').getByText('“Tests, renamed” has been saved.').waitFor();
});

test('an editor that cannot be loaded leaves a plain field, and a page says so', async (t) => {
  const page = await pages.visit(t, '/projects/7/hooks/add/', (fresh) =>
    fresh.route(/assets\/(mount|account)-/, (route) => route.abort()));
  await page.getByLabel('Title').fill('Plain');
  await page.getByLabel('Script', { exact: true }).fill('#!/bin/sh\ntrue\n');
  await page.getByTestId('save').click();
  await page.getByTestId('hook').filter({ hasText: 'Plain' }).waitFor();
  await page.getByRole('button', { name: /^Account menu/ }).click();
  await page.getByRole('link', { name: 'Account settings' }).click();
  await page.getByTestId('unloadable').waitFor();
});

test('bad input 72: HTML in a hook’s title is text', async (t) => {
  const page = await pages.visit(t, '/projects/1/settings/');
  const hook = page.getByTestId('hook').filter({ hasText: 'every word of it <b>and</b> some more' });
  await hook.waitFor();
  assert.equal(await hook.locator('b').count(), 0);
});

test('K24: deleting asks first, and the keyboard goes on from the heading', async (t) => {
  const page = await pages.visit(t, '/projects/1/settings/');
  const hook = page.getByTestId('hook').filter({ hasText: 'Nightly lint' });
  const remove = hook.getByTestId('delete-hook');
  await remove.focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('dialog').waitFor();
  await page.keyboard.press('Escape');
  await focusAt(page, 'Delete');
  await remove.click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('toast').getByText('“Nightly lint” has been deleted.').waitFor();
  assert.equal(await hook.count(), 0);
  await focusAt(page, 'Hooks');
});

test('K19: a hook is switched off only once the server has done so', async (t) => {
  const page = await pages.visit(t, '/projects/2/settings/');
  const checked = () => page.getByRole('switch').getAttribute('aria-checked');
  let meanwhile = '';
  await page.route('**/hooks/*', async (route) => {
    if (route.request().method() === 'PUT') meanwhile = await checked();
    await route.continue();
  });
  await page.getByRole('switch').click();
  await page.locator('[role=switch][aria-checked=false]').waitFor();
  assert.equal(meanwhile, 'true');
  await pages.dev(page.context(), 'fail?method=PUT&path=/api/v1/projects/2&code=unavailable');
  await page.getByRole('switch').click();
  await page.getByTestId('trouble').waitFor();
  assert.equal(await checked(), 'false');
});

test('K63: builds are found by status, branch, author and text, and the address says which', async (t) => {
  const page = await pages.visit(t, '/projects/1/history/');
  const rows = page.getByTestId('history-row');
  await rows.first().waitFor();
  assert.match(await page.getByTestId('durations').innerText(), /^\d+ builds: typically .*, \d+ % passed/);
  await page.getByRole('link', { name: 'Failed', exact: true }).click();
  await page.waitForURL('**/history/?status=failure');
  await page.waitForFunction(() => document.querySelectorAll('[data-status=failure]').length > 1);
  assert.deepEqual(await rows.evaluateAll((all) => [...new Set(all.map((row) => row.dataset.status))]), ['failure']);
  await page.getByTestId('filter-author').fill('ADA');
  await page.getByTestId('filter-text').fill('badge');
  await page.getByTestId('filter-text').press('Enter');
  await page.waitForURL('**/history/?status=failure&author=ADA&q=badge');
  await page.getByTestId('no-such-builds').or(rows.first()).waitFor();
  await page.getByTestId('filter-branch').fill('no such branch');
  await page.getByTestId('filter').click();
  await page.getByTestId('no-such-builds').waitFor();
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('[data-testid=filter-branch]').value === '');
  await page.getByTestId('filter-none').click();
  await page.waitForURL('**/history/');
  await page.getByTestId('durations').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid=history-row]').length > 10);
});

test('the bars of a history are its builds, the oldest first', async (t) => {
  const page = await pages.visit(t, '/projects/1/history/');
  const bars = page.getByTestId('durations').locator('.duration');
  await bars.last().waitFor({ state: 'attached' });
  assert.match(await bars.last().locator('title').textContent(), /^#41 Passed, /);
  await bars.last().click();
  await page.waitForURL('**/projects/1/builds/41/');
});

test('the wallboard has what is broken first, and follows what happens', async (t) => {
  const page = await pages.visit(t, '/projects/');
  await page.getByTestId('wallboard').click();
  await page.waitForURL('**/wallboard/');
  const tiles = page.getByTestId('tile');
  await tiles.first().waitFor();
  const urgencies = await tiles.evaluateAll((all) => all.map((tile) => tile.dataset.urgency));
  const order = ['broken', 'running', 'fine', 'quiet'];
  assert.deepEqual(urgencies, urgencies.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
  assert.match(await page.getByTestId('board-counts').innerText(), /^\d+ broken, \d+ running, \d+ fine, \d+ quiet$/);
  assert.match(await page.title(), /broken/);
  const name = await page.locator('[data-urgency=running]').first().getByRole('link').innerText();
  await pages.dev(page, `finish?status=failure`);
  await page.locator('[data-urgency=broken]').getByText(name, { exact: true }).waitFor();
  await page.locator('[data-urgency=broken]').getByText(name, { exact: true }).click();
  await page.waitForURL('**/builds/latest/');
});

test('the wallboard shows a project as broken until a build has passed', async (t) => {
  const page = await pages.visit(t, '/wallboard/');
  const tile = (urgency) => page.locator(`[data-urgency=${urgency}]`).filter({ has: page.locator('a[href="/projects/3/builds/latest/"]') });
  const failed = tile('broken').getByText('Failed', { exact: true });
  const push = (status) => pages.dev(page, `push?project=3&status=${status}`);
  await tile('fine').waitFor();
  await push('failure');
  await failed.waitFor();
  await push('pending');
  await tile('broken').getByText('Running', { exact: true }).waitFor();
  await failed.waitFor();
  await page.reload();
  await tile('broken').getByText('Running', { exact: true }).waitFor();
  await failed.waitFor();
  await pages.dev(page, `finish?project=3&status=success`);
  await tile('fine').waitFor();
});

test('how long ago something was is never told of the build that was shown before', async (t) => {
  const page = await pages.visit(t, '/projects/2/builds/latest/');
  const queued = page.locator('.times dd').first();
  await queued.getByText('2 h ago').waitFor();
  // What is seen together, frame by frame.
  await page.evaluate(() => {
    globalThis.seen = [];
    const look = () => {
      const [title, time] = ['.build-title', '.times dd'].map((part) => document.querySelector(part)?.textContent);
      globalThis.seen.push(`${title}: ${time}`);
      requestAnimationFrame(look);
    };
    look();
  });
  await pages.dev(page, `push?project=2`);
  await page.getByTestId('newer').click();
  await page.getByText('Push number 8').waitFor();
  await queued.filter({ hasNotText: '2 h ago' }).waitFor();
  assert.deepEqual((await page.evaluate(() => globalThis.seen)).filter((pair) => pair === 'Push number 8: 2 h ago'), []);
});

test('K18: a member sees no buttons that change something', async (t) => {
  const page = await pages.visit(t, '/projects/6/settings/');
  await page.getByTestId('hook').waitFor();
  for (const [section, content] of [['', 'hook'], ['members/', 'member-row'], ['badge/', 'badge']]) {
    await page.goto(`${pages.base}/projects/6/settings/${section}`);
    await page.getByTestId(content).first().waitFor();
    assert.deepEqual(await page.locator('main button:not([aria-label^=Copy]), main .button').allTextContents(), [], section);
  }
  for (const path of ['settings/secrets/', 'settings/registries/', 'settings/danger/', 'settings/deploy-key/', 'hooks/add/']) {
    await page.goto(`${pages.base}/projects/6/${path}`);
    await page.getByTestId('role-needed').waitFor();
  }
});

test('P20: the credentials of a registry are added, replaced and deleted, and the password never comes back', async (t) => {
  const page = await pages.visit(t, '/projects/1/settings/registries/');
  await page.getByTestId('no-registries').waitFor();
  await page.getByTestId('field-registry').fill('ghcr.io/acme');
  await page.getByTestId('save-registry').click();
  assert.match(await page.getByTestId('fault-registry').innerText(), /before the first slash/);
  await page.getByTestId('fault-password').waitFor();
  await page.getByTestId('field-registry').fill(' https://Registry.Example.com:5000/ ');
  await page.getByTestId('field-username').fill('refused');
  await page.getByTestId('field-password').fill('hunter2');
  assert.equal(await page.getByTestId('field-password').getAttribute('type'), 'password');
  await page.getByTestId('save-registry').click();
  await page.getByTestId('fault-username').waitFor();
  await page.getByTestId('field-username').fill('ann');
  await page.getByTestId('save-registry').click();
  const row = page.getByTestId('registry-row');
  await row.getByText('registry.example.com:5000').waitFor();
  await row.getByText('ann').waitFor();
  assert.equal(await page.getByTestId('field-password').inputValue(), '');

  await page.getByTestId('replace-registry').click();
  assert.equal(await page.getByTestId('field-username').inputValue(), 'ann');
  assert.equal(await page.getByTestId('field-password').inputValue(), '');
  await page.getByTestId('field-username').fill('bob');
  await page.getByTestId('field-password').fill('hunter3');
  await page.getByTestId('save-registry').click();
  await row.getByText('bob').waitFor();
  assert.equal(await row.count(), 1);
  assert.doesNotMatch(await page.content(), /hunter/);

  await page.getByTestId('delete-registry').click();
  await page.getByRole('button', { name: 'Delete credentials' }).click();
  await page.getByTestId('no-registries').waitFor();
});

test('P5: a secret is saved and replaced, and its value never comes back', async (t) => {
  const page = await pages.visit(t, '/projects/1/settings/secrets/');
  await page.getByLabel('Name').fill('CI_TOKEN');
  await page.getByLabel('Value').fill('s3cret');
  await page.getByTestId('save-secret').click();
  await page.getByTestId('fault-name').getByText(/Must not begin/).waitFor();
  await page.getByLabel('Name').fill('TOKEN');
  await page.getByTestId('save-secret').click();
  await page.getByTestId('secret-row').getByText('TOKEN').waitFor();
  assert.equal(await page.getByLabel('Value').inputValue(), '');
  await page.getByTestId('replace-secret').click();
  await page.getByLabel('Value').fill('abc');
  await page.getByTestId('save-secret').click();
  await page.getByTestId('unmasked').waitFor();
  assert.doesNotMatch(await page.content(), /s3cret/);
});

test('K13: a project is deleted by its full name only, and / says that it was', async (t) => {
  const page = await pages.visit(t, '/projects/8/settings/danger/');
  await page.getByTestId('field-repository').fill('octo/vaults');
  await page.getByTestId('delete-project').click();
  await page.getByTestId('fault-repository').waitFor();
  await page.getByTestId('field-repository').fill('octo/vault');
  await page.getByTestId('delete-project').click();
  await at(page, '/projects/1/builds/latest/');
  await page.getByTestId('toast').getByText('octo/vault has been deleted.').waitFor();
});

test('K4: the address for mail is checked, saved, and says so', async (t) => {
  const page = await pages.visit(t, '/account/settings/');
  const email = page.getByLabel('E-mail address');
  await email.fill('nobody');
  await page.getByTestId('save').click();
  await page.getByTestId('fault-notification_email').waitFor();
  await email.fill('ada@example.com');
  await page.getByTestId('save').click();
  await page.getByTestId('saved').getByText('Your settings have been saved.').waitFor();
  await page.reload();
  assert.equal(await email.inputValue(), 'ada@example.com');
});

test('K5: a sync of projects that GitHub refuses changes nothing, and says so', async (t) => {
  const page = await pages.visit(t, '/account/settings/', (_, context) =>
    pages.dev(context, 'repositories?count=9&state=done&code=github_unavailable'));
  await page.getByRole('button', { name: 'Sync projects with GitHub' }).click();
  await page.getByText(/The last sync did not work, and nothing has changed/).waitFor();
});

test('a token is shown once, with the keyboard at it', async (t) => {
  const page = await pages.visit(t, '/account/settings/');
  await page.getByTestId('field-name').fill('nightly');
  await page.getByTestId('field-lifetime_days').selectOption('');
  await page.getByTestId('create-token').click();
  assert.match(await page.getByTestId('token-secret').inputValue(), /^kzp_/);
  await focusAt(page, 'Copy the token now');
  await page.reload();
  await page.getByTestId('token-row').first().getByText('Never expires').waitFor();
  assert.doesNotMatch(await page.content(), /kzp_9t/);
});

test('sessions: one is ended, then all others', async (t) => {
  const page = await pages.visit(t, '/account/settings/');
  await page.getByTestId('session-row').nth(2).getByTestId('end-session').click();
  await page.getByTestId('toast').getByText('The session has ended.').waitFor();
  assert.equal(await page.getByTestId('session-row').count(), 2);
  await page.getByTestId('end-others').click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('toast').getByText('You are signed in here only.').waitFor();
  assert.equal(await page.getByTestId('session-row').count(), 1);
  assert.equal(await page.getByTestId('end-others').count(), 0);
});
