// The main job, as a newcomer lives it: sign in, push with plain git, watch the log grow, see green.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { openPage } from './support/browser.js';
import { isFinal, statusesOf } from './support/github.js';
import { ROOT } from './support/installation.js';
import { waitFor } from './support/wait.js';

// The README shows the page as this test sees it; KOZMIC_SCREENSHOTS=1 refreshes the picture.
const PICTURES = process.env.KOZMIC_SCREENSHOTS
  ? join(ROOT, 'docs/images') : join(ROOT, 'tests/e2e/results');

/** `world` is filled before the first test runs: installation, browser, repository. */
export function pushToGreen(world) {
  test('git push, watched in the browser line by line until it is green there and at GitHub', async () => {
    mkdirSync(PICTURES, { recursive: true });
    const { page, complaints, close } = await openPage(world.browser);
    await page.goto(`${world.installation.gateway}/projects/`);
    await page.getByTestId('sign-in').click();
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.waitForURL(`${world.installation.gateway}/**`);
    await page.getByTestId('project-card').first().waitFor();

    const commit = await world.repository.push('Greet the world, one line at a time');
    const api = await signIn(world.installation);
    const { projects } = await api.json('/projects');
    const build = await api.build(projects[0].id, commit);
    await page.goto(`${world.installation.gateway}/projects/${build.project_id}/builds/${build.number}/`);

    // The log grows while the script runs: the page shows more and more lines of a build that is
    // still pending.
    const lastLine = async () => Number(await page.getByTestId('log-line').last()
      .getAttribute('data-line'));
    const seen = new Set();
    await waitFor('a growing log', async () => {
      const status = await page.getByTestId('build-status').first().getAttribute('data-status');
      if (status === 'pending' && await page.getByTestId('log-line').count() > 0) {
        seen.add(await lastLine());
      }
      return seen.size >= 3;
    });

    await page.locator('[data-testid="build-status"][data-status="success"]').first()
      .waitFor({ timeout: 60_000 });
    await page.getByText('All 25 tests have passed').waitFor();
    await page.screenshot({ path: join(PICTURES, 'build.png') });

    // Green at GitHub too, on the commit's page.
    await page.goto(`${world.installation.github}/octo/hello/commit/${commit}`);
    await page.locator('#combined[data-state="success"]').waitFor({ timeout: 30_000 });
    const statuses = await statusesOf(world.installation, commit);
    assert.deepEqual(statuses.map((status) => status.state), ['pending', 'success']);
    assert.equal(statuses[1].description, `Kozmic build #${build.number} has passed`);
    assert.equal(statuses[1].target_url,
      `${world.installation.gateway}/projects/${build.project_id}/builds/${build.number}/`);
    assert.equal(statuses.filter(isFinal).length, 1);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('a failing script is red, with its exit code, at GitHub too', async () => {
    const api = await signIn(world.installation);
    const commit = await world.repository.push('Break it', {
      'test.sh': '#!/bin/bash\nprintf "no newline at the end"\nexit 3\n',
    });
    const { projects } = await api.json('/projects');
    const build = await api.build(projects[0].id, commit, ended);
    assert.equal(build.status, 'failure');
    assert.equal(build.jobs[0].exit_code, 3);
    const log = await api.log(build);
    assert.ok(log.toString().endsWith('no newline at the end'), log.toString().slice(-200));
    await waitFor('the status at GitHub', async () =>
      (await statusesOf(world.installation, commit)).some((status) => status.state === 'failure'));
  });

  test('webhooks with a bad signature, for unknown hooks or with broken bodies leave nothing', async () => {
    const deliveries = () => world.installation.query('SELECT count(*) FROM project.deliveries');
    const stored = await deliveries();
    const post = (hook, headers, body) => fetch(`${world.installation.gateway}/_hooks/hook/${hook}/`, {
      method: 'POST', body,
      headers: { 'content-type': 'application/json', 'X-GitHub-Event': 'push',
        'X-GitHub-Delivery': crypto.randomUUID(), ...headers },
    });
    const zero = `sha256=${'0'.repeat(64)}`;
    for (const [what, status, request] of [
      ['no signature', 401, () => post(1, {}, '{}')],
      ['wrong signature', 401, () => post(1, { 'X-Hub-Signature-256': zero }, '{}')],
      ['truncated signature', 401, () => post(1, { 'X-Hub-Signature-256': 'sha256=00' }, '{}')],
      ['sha1 only', 401, () => post(1, { 'X-Hub-Signature': `sha1=${'0'.repeat(40)}` }, '{}')],
      ['unknown hook', 401, () => post(999, { 'X-Hub-Signature-256': zero }, '{}')],
      ['broken body', 401, () => post(1, { 'X-Hub-Signature-256': zero }, '{"ref":')],
      ['form body', 415, () => post(1, { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b')],
      ['no number', 401, () => post('x', {}, '{}')],
    ]) {
      const answer = await request();
      assert.equal(answer.status, status, what);
      assert.match(answer.headers.get('content-type'), /^application\/json/, what);
      assert.ok((await answer.json()).message, what);
    }
    assert.equal(await deliveries(), stored);
  });
}
