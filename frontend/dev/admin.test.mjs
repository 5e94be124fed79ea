// What administrators do on their pages, tried in a real browser against the mock. Needs dist/.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mockPages } from './browser.mjs';

const pages = mockPages();

const runner = (page, name) => page.getByTestId('runner').filter({ hasText: name });

test('P44: a runner is paused, finishes what it has, and is resumed', async (t) => {
  const page = await pages.visit(t, '/projects/');
  await page.getByRole('button', { name: 'Account menu of ada' }).click();
  await page.getByTestId('administration').click();
  const row = runner(page, 'big-1.example.com');
  await page.getByTestId('capacity').getByText('1 runner online, 3 of 8 places taken').waitFor();
  await row.getByRole('link', { name: 'octo/spoon #42 · Unit tests' }).waitFor();
  await row.getByRole('button', { name: 'Pause big-1.example.com' }).click();
  await row.getByText('Paused, finishing').waitFor();
  await row.getByText('Paused by ada').waitFor();
  await page.getByTestId('capacity').getByText('No runner gets jobs').waitFor();
  await row.getByRole('button', { name: 'Resume big-1.example.com' }).click();
  await row.getByText('Online').waitFor();
});

test('P44: a runner that has gone is forgotten after a question', async (t) => {
  const page = await pages.visit(t, '/admin/runners/');
  await page.getByRole('button', { name: 'Forget old' }).click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('toast').getByText('old is forgotten.').waitFor();
  await runner(page, 'Last seen').waitFor({ state: 'detached' });
});

test('P44: what the server does not allow is said at the runner', async (t) => {
  const page = await pages.visit(t, '/admin/runners/', (_, context) =>
    pages.dev(context, 'fail?method=POST&path=/api/v1/admin/&status=503&code=unavailable'));
  const row = runner(page, 'resting');
  await row.getByTestId('toggle-runner').click();
  await row.getByTestId('trouble').waitFor();
  assert.equal(await row.getAttribute('data-state'), 'paused');
});

test('P44, P41: the queue is read page by page, each job with why it waits', async (t) => {
  const page = await pages.visit(t, '/admin/queue/');
  await page.getByTestId('queue-counts').getByText('Waiting: 120 jobs. Running: 4 jobs.').waitFor();
  const first = page.getByTestId('queued-job').first();
  await first.getByText('8 places of 1 runner that fits it are taken').waitFor();
  await page.getByTestId('next-page').click();
  await page.getByTestId('next-page').click();
  await first.getByText('#150').waitFor();
  assert.equal(await page.getByTestId('next-page').count(), 0);
  await page.getByRole('link', { name: 'First page' }).click();
  await first.getByText('#50').waitFor();
});

test('P44: who is no administrator is told so, and has no way there in the menu', async (t) => {
  const page = await pages.visit(t, '/admin/queue/', (_, context) => pages.dev(context, 'admin?no'));
  await page.getByTestId('admin-needed').waitFor();
  await page.getByRole('button', { name: 'Account menu of ada' }).click();
  assert.equal(await page.getByTestId('administration').count(), 0);
});
