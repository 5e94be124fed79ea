// What is new in a failed job's log, tried in a real browser against the mock. Needs dist/.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mockPages } from './browser.mjs';

const pages = mockPages();

test('a failed job leads to what the last green log does not have, and from there to each line', async (t) => {
  const page = await pages.visit(t, '/projects/1/builds/39/');
  await page.getByTestId('compare').click();
  await page.getByTestId('new-count').getByText('2 new lines').waitFor();
  await page.getByTestId('compared').getByRole('link', { name: 'build #38' }).waitFor();
  const lines = page.getByTestId('new-line');
  assert.match(await lines.first().textContent(), /FAIL test\/login_test\.cc:42/);
  await lines.first().getByRole('link').click();
  await page.waitForURL(/builds\/39\/jobs\/1\/\?attempt=1#L\d+$/);
  await page.locator('.log-marked').getByText('FAIL').waitFor();
});

test('without a green log there is nothing to compare with, and it says so', async (t) => {
  const page = await pages.visit(t, '/projects/2/builds/7/jobs/1/compare/?attempt=1');
  await page.getByTestId('no-green').waitFor();
  const looked = page.waitForResponse(/builds\?.*status=success/);
  await page.goto(`${pages.base}/projects/2/builds/7/`);
  await looked;
  await page.getByTestId('outcome').waitFor();
  assert.equal(await page.getByTestId('compare').count(), 0);
});

test('an address of no log is one of nothing', async (t) => {
  const page = await pages.visit(t, '/projects/1/builds/39/jobs/9/compare/');
  await page.getByText('Log not found').waitFor();
});

test('a log that cannot be read is asked for again', async (t) => {
  const page = await pages.visit(t, '/projects/1/', (_, context) =>
    context.route('**/jobs/1/log?*', (route) => route.abort(), { times: 1 }));
  await page.goto(`${pages.base}/projects/1/builds/39/jobs/1/compare/?attempt=1`);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByTestId('new-count').getByText('2 new lines').waitFor();
});
