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

test('P22: a runner is let in by a command that is shown once, and by nothing after it is taken back', async (t) => {
  const page = await pages.visit(t, '/admin/runners/');
  await page.getByTestId('field-display_name').fill('rack 7');
  await page.getByTestId('field-runner').fill('rack-7');
  await page.getByTestId('field-labels').fill('gpu, arm');
  await page.getByTestId('create-registration-token').click();
  const command = await page.getByTestId('join-command').inputValue();
  assert.match(command, /^\.\/kozmic join http:\/\/127\.0\.0\.1:\d+ --name rack-7 --token kzj_/);
  await page.getByTestId('registration-token').getByText('rack 7').waitFor();
  // Its hour lies ahead, which "just now" once hid.
  await page.getByTestId('registration-token').getByText(/Expires \d\d:\d\d:\d\d/).waitFor();
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByTestId('join-command').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Take back rack 7' }).click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('registration-token').waitFor({ state: 'detached' });
});

test('P22: what a token may not be is said at its field', async (t) => {
  const page = await pages.visit(t, '/admin/runners/');
  await page.getByTestId('field-runner').fill('Not A Name');
  await page.getByTestId('create-registration-token').click();
  await page.getByText('must be 1 to 63 of a-z').waitFor();
});

test('P22: a registered runner is revoked after a question, and may then be forgotten', async (t) => {
  const page = await pages.visit(t, '/admin/runners/');
  const row = runner(page, 'resting');
  await row.getByText('Let in by ada').waitFor();
  await page.getByRole('button', { name: 'Revoke resting' }).click();
  await page.getByTestId('confirm').click();
  await row.getByText('Revoked by ada').waitFor();
  assert.equal(await row.getAttribute('data-state'), 'revoked');
  await page.getByRole('button', { name: 'Forget resting' }).waitFor();
});

test('P44: a job is put first, and a project is paused and goes on', async (t) => {
  const page = await pages.visit(t, '/admin/queue/');
  await page.getByRole('button', { name: 'Put first: octo/flesh #51 · Unit tests' }).click();
  await page.getByTestId('queued-job').first().getByText('#51').waitFor();
  await page.getByRole('button', { name: 'Pause project octo/flesh' }).first().click();
  await page.getByTestId('paused-project').getByText('By ada').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Pause project octo/flesh' }).count(), 0);
  await page.getByRole('button', { name: 'Resume octo/flesh' }).click();
  await page.getByTestId('paused-project').waitFor({ state: 'detached' });
});

test('P44: who is no administrator is told so, and has no way there in the menu', async (t) => {
  const page = await pages.visit(t, '/admin/queue/', (_, context) => pages.dev(context, 'admin?no'));
  await page.getByTestId('admin-needed').waitFor();
  await page.getByRole('button', { name: 'Account menu of ada' }).click();
  assert.equal(await page.getByTestId('administration').count(), 0);
});
