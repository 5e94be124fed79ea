// What people do with builds, tried in a real browser against the mock: cancelling, restarting,
// approving, building by hand, and the pages about that. Needs dist/: npm run build.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mockPages } from './browser.mjs';

const pages = mockPages({ fresh: true });

const at = (page, path) => page.waitForURL(`${pages.base}${path}`);
const toast = (page, words) => page.getByTestId('toast').getByText(words).waitFor();
const focusAt = (page, words) =>
  page.waitForFunction((text) => document.activeElement?.textContent.startsWith(text), words);
/** The n-th job's tab has this status. */
const jobIs = (page, number, status) =>
  page.locator(`[data-testid=job-tab]:nth-child(${number})[data-status=${status}]`).waitFor();

test('cancelling a build asks first, and shows that it is under way until it has ended', async (t) => {
  const page = await pages.visit(t, '/projects/1/builds/42/');
  await page.getByTestId('cancel-build').click();
  await page.getByRole('button', { name: 'Let it run' }).click();
  assert.equal(await page.getByTestId('dialog').count(), 0);
  await jobIs(page, 1, 'pending');
  await page.getByTestId('cancel-build').click();
  await page.getByTestId('confirm').click();
  await toast(page, 'Build #42 is being cancelled.');
  await focusAt(page, 'Greet the visitor');
  await jobIs(page, 2, 'cancelled');
  await jobIs(page, 1, 'pending');
  assert.equal(await page.getByTestId('cancelling').count(), 2);
  assert.equal(await page.getByTestId('cancel-build').count(), 0);
  await pages.dev(page, 'finish?project=1');
  await jobIs(page, 1, 'cancelled');
  await page.locator('[data-testid=build-status][data-status=cancelled]').waitFor();
  await page.getByTestId('outcome').getByText('Cancelled by ada.').waitFor();
  assert.equal(await page.getByTestId('cancelling').count(), 0);
});

test('one job is cancelled, and the others go on', async (t) => {
  const page = await pages.visit(t, '/projects/1/builds/42/jobs/2/');
  await page.getByTestId('cancel-job').click();
  await page.getByTestId('confirm').click();
  await jobIs(page, 2, 'cancelled');
  await jobIs(page, 3, 'enqueued');
  await jobIs(page, 1, 'pending');
});

test('K38, P27: a restarted job waits, runs as a new attempt, and its old log stays readable', async (t) => {
  const page = await pages.visit(t, '/projects/2/builds/7/jobs/1/');
  await page.getByTestId('restart-job').click();
  await toast(page, '“Tests” is being run again.');
  await jobIs(page, 1, 'enqueued');
  await page.getByTestId('wait-sentence').getByText('3 jobs are before it').waitFor();
  await page.getByTestId('attempt').getByText('Attempt 1').click();
  await at(page, '/projects/2/builds/7/jobs/1/?attempt=1');
  await page.getByTestId('log-line').first().waitFor();
  await page.getByTestId('outcome').getByText('The script exited with 3.').waitFor();
  assert.equal(await page.getByTestId('restart-job').count(), 0);
  await pages.dev(page, 'begin?project=2&build=7');
  await page.getByTestId('attempt').getByText('Attempt 2').waitFor();
  // What is looked at stays until one goes elsewhere.
  await page.getByTestId('outcome').getByText('The script exited with 3.').waitFor();
  await page.getByTestId('attempt').getByText('Attempt 2').click();
  await at(page, '/projects/2/builds/7/jobs/1/');
  await page.locator('[data-testid=log][data-state=live]').waitFor();
  assert.deepEqual(await page.getByTestId('attempt').evaluateAll((all) => all.map(({ dataset }) => dataset.status)), ['pending', 'failure']);
});

test('a restart leads away from the attempt that was looked at, which is an old one then', async (t) => {
  const page = await pages.visit(t, '/projects/9/builds/5/jobs/1/?attempt=3');
  await page.getByTestId('restart-job').click();
  await jobIs(page, 1, 'enqueued');
  await at(page, '/projects/9/builds/5/jobs/1/');
});

test('a restart that takes its time leads nobody away from where they went meanwhile', async (t) => {
  let answer;
  const page = await pages.visit(t, '/projects/9/builds/5/jobs/1/', (fresh) =>
    fresh.route('**/jobs/1/restart', async (route) => {
      const response = await route.fetch();
      answer = () => route.fulfill({ response });
    }));
  await page.getByTestId('restart-job').click();
  await jobIs(page, 1, 'enqueued');
  await page.getByTestId('attempt').getByText('Attempt 1').click();
  await at(page, '/projects/9/builds/5/jobs/1/?attempt=1');
  await answer();
  await toast(page, 'is being run again.');
  assert.match(page.url(), /\?attempt=1$/);
});

test('P27: only what failed is run again; all of it when that is asked for', async (t) => {
  const page = await pages.visit(t, '/projects/9/builds/5/');
  await page.getByTestId('restart-failed').click();
  await jobIs(page, 2, 'enqueued');
  await jobIs(page, 3, 'enqueued');
  await jobIs(page, 1, 'success');
  assert.equal(await page.getByTestId('restart-all').count(), 0);
  await pages.dev(page, 'begin?project=9&build=5');
  await pages.dev(page, 'finish?project=9');
  await page.goto(`${pages.base}/projects/9/builds/3/`);
  await page.getByTestId('restart-all').click();
  await jobIs(page, 1, 'enqueued');
  await jobIs(page, 2, 'enqueued');
});

test('P27: attempts are told newest first, and links to lines keep theirs', async (t) => {
  const page = await pages.visit(t, '/projects/9/builds/5/jobs/1/');
  await page.getByTestId('attempt').nth(2).waitFor();
  assert.deepEqual(await page.getByTestId('attempt').evaluateAll((all) => all.map(({ dataset }) => dataset.status)), ['success', 'failure', 'error']);
  await page.getByTestId('attempt').nth(2).click();
  await page.getByTestId('outcome').getByText('Runner lost.').waitFor();
  await page.goto(`${pages.base}/projects/9/builds/5/jobs/1/?attempt=2#L3-L4`);
  await page.getByText('Lines 3–4').waitFor();
  await page.locator('.attempt[aria-current]').getByText('Attempt 2').waitFor();
  await page.getByLabel('Clear selection').click();
  await at(page, '/projects/9/builds/5/jobs/1/?attempt=2');
  await page.goto(`${pages.base}/projects/9/builds/5/jobs/1/?attempt=9`);
  await page.getByText('Attempt not found').waitFor();
});

test('what is refused is said beside its button, and changes nothing', async (t) => {
  const page = await pages.visit(t, '/projects/9/builds/5/jobs/2/', (fresh) =>
    pages.dev(fresh, 'fail?method=POST&path=/api/v1/projects/9&status=409&code=hook_gone'));
  await page.getByTestId('restart-job').click();
  await page.getByTestId('trouble').getByText('Its hook was deleted or is disabled').waitFor();
  await jobIs(page, 2, 'failure');
});

test('P4: a manager sees who wants to run what from where, and approves that commit alone', async (t) => {
  const page = await pages.visit(t, '/projects/9/builds/6/');
  const notice = page.getByTestId('approval');
  await notice.getByText('grace wants to run commit').waitFor();
  const text = await notice.textContent();
  assert.match(text, /of mallory\/orbit in pull request #12/);
  const commit = await notice.getByRole('link').first().getAttribute('href');
  assert.match(commit, /^https:\/\/github\.com\/.*\/commit\/[0-9a-f]{40}$/);
  await page.locator('[data-testid=build-status][data-approval]').waitFor();
  await page.getByTestId('wait-sentence').getByText('approves its commit').waitFor();
  await page.getByTestId('approve').click();
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.method() === 'POST'),
    page.getByTestId('confirm').click(),
  ]);
  assert.deepEqual(request.postDataJSON(), { commit: commit.split('/').at(-1) });
  await toast(page, 'Build #6 has been approved.');
  await page.getByText('Approved by ada').waitFor();
  assert.equal(await notice.count(), 0);
  await page.getByText('Waiting for a runner').waitFor();
});

test('P4: an approval of something else is refused in words', async (t) => {
  const page = await pages.visit(t, '/projects/9/builds/6/', (fresh) =>
    pages.dev(fresh, 'fail?method=POST&path=/api/v1/projects/9/builds/6/approve&status=409&code=commit_differs'));
  await page.getByTestId('approve').click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('dialog').getByText('of another commit than you looked at').waitFor();
});

test('K18: a member looks at builds and their attempts, and can change nothing', async (t) => {
  const page = await pages.visit(t, '/projects/9/builds/6/', (fresh) => pages.dev(fresh, 'role?project=9&role=member'));
  await page.getByTestId('approval').getByText('It waits until a manager').waitFor();
  const buttons = () => page.locator('main button:not(.tool), main .button').allTextContents();
  assert.deepEqual(await buttons(), []);
  await page.goto(`${pages.base}/projects/9/builds/5/jobs/1/?attempt=1`);
  await page.getByTestId('log-line').first().waitFor();
  assert.deepEqual(await buttons(), []);
  await page.goto(`${pages.base}/projects/9/builds/4/`);
  await page.getByTestId('log-line').first().waitFor();
  assert.deepEqual(await buttons(), []);
  for (const path of ['builds/new/', 'settings/builds/', 'settings/notifications/']) {
    await page.goto(`${pages.base}/projects/9/${path}`);
    await page.getByTestId('role-needed').waitFor();
  }
  await page.goto(`${pages.base}/projects/9/deliveries/`);
  await page.getByTestId('delivery').first().locator('summary').click();
  await page.getByTestId('delivery-details').waitFor();
  assert.equal(await page.getByTestId('delivery-body').count(), 0);
});

test('P41: why a job waits is asked again now and then, and never vanishes meanwhile', async (t) => {
  let asked = 0;
  const page = await pages.visit(t, '/projects/9/builds/1/', async (fresh) => {
    await fresh.clock.install();
    fresh.on('request', (request) => request.url().endsWith('/waits') && asked++);
  });
  await page.getByTestId('wait-sentence').getByText('has the label “gpu”').waitFor();
  await page.evaluate(() => {
    const element = document.querySelector('[data-testid=wait-sentence]');
    globalThis.seen = [];
    new MutationObserver(() => globalThis.seen.push(element.textContent)).observe(element, { childList: true, characterData: true, subtree: true });
  });
  const once = asked;
  const again = page.waitForResponse(/\/waits$/);
  await page.clock.runFor(10_000);
  await again;
  assert.equal(asked, once + 1);
  assert.deepEqual(await page.evaluate(() => globalThis.seen), []);
  await page.goto(`${pages.base}/projects/9/builds/1/jobs/2/`);
  await page.getByText('Waiting for other jobs of this hook').waitFor();
  await page.getByTestId('wait-sentence').getByText('runs 1 job at once').waitFor();
});

test('P8: a branch is built now with variables, and its page says by whom and with what', async (t) => {
  const page = await pages.visit(t, '/projects/9/history/');
  await page.getByTestId('build-now').click();
  assert.equal(await page.getByTestId('field-ref').inputValue(), 'main');
  await page.getByTestId('add-variable').click();
  await page.waitForFunction(() => document.activeElement.getAttribute('aria-label') === 'Name of variable 1');
  await page.keyboard.type('1TARGET');
  await page.getByLabel('Value of variable 1').fill('staging');
  await page.getByTestId('start-build').click();
  await page.getByTestId('fault-variables').getByText('is not a name').waitFor();
  await page.getByLabel('Name of variable 1').fill('TARGET');
  await page.getByTestId('add-variable').click();
  await page.getByLabel('Name of variable 2').fill('GONE');
  await page.getByTestId('remove-variable').nth(1).click();
  await page.getByTestId('field-ref').fill('nowhere');
  await page.getByTestId('start-build').click();
  await page.getByTestId('fault-ref').getByText('GitHub knows no such branch, tag or commit.').waitFor();
  await page.getByTestId('field-ref').fill('develop');
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.method() === 'POST'),
    page.getByTestId('start-build').click(),
  ]);
  assert.deepEqual(request.postDataJSON(), { ref: 'develop', variables: { TARGET: 'staging' } });
  await at(page, '/projects/9/builds/7/');
  await page.getByTestId('trigger').getByText('Manual, by ada').waitFor();
  await page.getByText('1 variable', { exact: true }).click();
  await page.getByText('TARGET=staging').waitFor();
});

test('P8: without a hook there is nothing to build', async (t) => {
  const page = await pages.visit(t, '/projects/7/builds/new/');
  await page.getByTestId('start-build').click();
  await page.getByTestId('trouble').getByText('No hook is enabled').waitFor();
});

test('N6: deliveries are told with their fate, filtered, paged, and shown as they came', async (t) => {
  const page = await pages.visit(t, '/projects/9/deliveries/');
  await page.getByTestId('delivery').first().waitFor();
  assert.equal(await page.getByTestId('delivery').count(), 50);
  await page.getByTestId('older').click();
  await page.getByTestId('older').click();
  await page.getByRole('link', { name: 'Newest' }).waitFor();
  await page.getByTestId('delivery').nth(19).waitFor();
  assert.equal(await page.getByTestId('older').count(), 0);
  await page.getByRole('link', { name: 'Failed' }).click();
  await at(page, '/projects/9/deliveries/?state=failed');
  await page.getByTestId('delivery').first().getByText('<b>Nothing</b> was built.').waitFor();
  assert.deepEqual(await page.locator('[data-testid=delivery]:not([data-status=failed])').count(), 0);
  await page.getByTestId('delivery').first().locator('summary').click();
  const body = page.getByTestId('delivery-body');
  await body.getByText('<script>alert(1)</script>').waitFor();
  assert.match(await body.textContent(), /^\{\n {2}"ref": "refs\/heads\/feature/);
  await page.goto(`${pages.base}/projects/9/deliveries/?state=built`);
  await page.getByTestId('delivery').first().locator('summary').click();
  await page.getByTestId('delivery-details').getByRole('link', { name: /^Build #\d$/ }).click();
  await page.getByTestId('build-status').waitFor();
});

test('how builds are run is saved as it was chosen', async (t) => {
  const page = await pages.visit(t, '/projects/9/settings/builds/');
  await page.getByTestId('field-fail_fast').check();
  await page.getByTestId('field-cancel_superseded_pull_requests').uncheck();
  await page.getByTestId('field-submodules').check();
  await page.getByTestId('field-max_parallel').fill('0.5');
  await page.getByTestId('save').click();
  await page.getByTestId('fault-max_parallel').waitFor();
  await page.getByTestId('field-max_parallel').fill('4');
  await page.getByTestId('field-log_days').fill('-1');
  await page.getByTestId('save').click();
  await page.getByTestId('fault-log_days').waitFor();
  await page.getByTestId('field-log_days').fill('90');
  await page.getByTestId('field-log_failures').fill('');
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.method() === 'PUT'),
    page.getByTestId('save').click(),
  ]);
  assert.deepEqual(request.postDataJSON(), {
    fail_fast: true, cancel_superseded_pull_requests: false, cancel_superseded_branches: false, max_parallel: 4,
    retry_lost: false, mail: true, submodules: true, log_days: 90, log_builds: 0, log_failures: 0,
  });
  await toast(page, 'The settings have been saved.');
  await page.reload();
  assert.ok(await page.getByTestId('field-fail_fast').isChecked());
  assert.equal(await page.getByTestId('field-max_parallel').inputValue(), '4');
});

test('P42: a log that is no longer kept is said to be so', async (t) => {
  const page = await pages.visit(t, '/projects/9/builds/2/');
  await page.getByTestId('log-expired').waitFor();
  assert.equal(await page.getByTestId('log').count(), 0);
  await page.getByTestId('outcome').getByText('SHA-256').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Verify' }).count(), 0);
});

test('P36: a notification is added, says how it went, and is deleted; its secret is never told', async (t) => {
  const page = await pages.visit(t, '/projects/9/settings/notifications/');
  await page.getByTestId('notification').nth(1).getByText('The connection was refused.').waitFor();
  await page.getByTestId('notification').nth(1).getByText('3 messages yet to be sent').waitFor();
  await page.getByTestId('field-url').fill('https://localhost/');
  await page.getByTestId('field-secret').fill('too short');
  await page.getByTestId('add-notification').click();
  await page.getByTestId('fault-secret').waitFor();
  await page.getByTestId('field-secret').fill('long enough for this');
  await page.getByTestId('add-notification').click();
  await page.getByTestId('fault-url').getByText('own network').waitFor();
  await page.getByTestId('field-url').fill('https://hooks.example.com/x');
  await page.getByTestId('add-notification').click();
  await page.getByTestId('notification').nth(2).getByText('Nothing sent yet').waitFor();
  assert.equal(await page.getByTestId('field-secret').inputValue(), '');
  await page.getByTestId('delete-notification').nth(2).click();
  await page.getByTestId('confirm').click();
  await toast(page, 'The notification has been deleted.');
  await focusAt(page, 'Notifications');
  assert.equal(await page.getByTestId('notification').count(), 2);
});

test('P16, P21: where a hook runs and for how long is under “Advanced”, which opens when it must', async (t) => {
  const page = await pages.visit(t, '/projects/9/hooks/6/edit/');
  assert.equal(await page.getByTestId('field-labels').inputValue(), 'gpu\nlinux\n');
  await page.getByTestId('field-labels').fill('GPU');
  await page.getByText('Advanced', { exact: true }).click();
  await page.getByTestId('save').click();
  await page.getByTestId('fault-labels').waitFor();
  await page.waitForFunction(() => document.activeElement.name === 'labels');
  await page.getByTestId('field-labels').fill('arm64');
  await page.getByTestId('field-timeout_seconds').fill('90');
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.method() === 'PUT'),
    page.getByTestId('save').click(),
  ]);
  const { labels, timeout_seconds, stall_timeout_seconds, max_parallel } = request.postDataJSON();
  assert.deepEqual({ labels, timeout_seconds, stall_timeout_seconds, max_parallel }, {
    labels: ['arm64'], timeout_seconds: 5400, stall_timeout_seconds: 100, max_parallel: 2,
  });
});
