// What a manager sets up in the browser: another hook, built by the next push.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { openPage } from './support/browser.js';
import { waitFor } from './support/wait.js';

/** `world` is filled before the first test runs: installation, browser, repository. */
export function settings(world) {
  test('a hook added in the browser runs with the next push, beside the first', async () => {
    const { page, complaints, close } = await openPage(world.browser);
    await page.goto(`${world.installation.gateway}/projects/1/settings/`);
    await page.getByTestId('sign-in').click();
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.getByTestId('hook').first().waitFor();
    await page.getByTestId('add-hook').click();

    await page.getByLabel('Title').fill('Second');
    await page.getByLabel('Docker image').fill('not an image!');
    await page.getByLabel('Script', { exact: true }).fill('#!/bin/sh\necho "from the second hook"\n');
    await page.getByRole('button', { name: 'Add hook' }).click();
    await page.getByTestId('fault-image').waitFor();
    assert.deepEqual(complaints.splice(0).filter((text) => !/4\d\d/.test(text)), []);
    await page.getByLabel('Docker image').fill('debian:12');
    await page.getByRole('button', { name: 'Add hook' }).click();
    await page.getByTestId('next-step').waitFor();
    assert.equal(await page.getByTestId('hook').count(), 2);

    const commit = await world.repository.push('Build with two hooks', {
      'build.sh': '#!/bin/sh\necho first\n', 'test.sh': '#!/bin/sh\nexit 0\n',
    });
    const api = await signIn(world.installation);
    const build = await api.build(1, commit, ended);
    assert.equal(build.status, 'success');
    assert.deepEqual(build.jobs.map((job) => job.title), ['Test', 'Second']);
    assert.match((await api.log(build, build.jobs[1])).toString(), /^from the second hook$/m);
    // Both hooks' deliveries of this push were dealt with, and made this one build.
    await waitFor('both deliveries', async () => await world.installation.query(
      "SELECT count(*) FROM project.deliveries WHERE event = 'push' AND state = 1") === '0');
    const { builds } = await api.json('/projects/1/builds');
    assert.equal(builds.filter((one) => one.commit === commit).length, 1);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('P51: the history tells who changed what in all settings, and puts it back', async () => {
    const api = await signIn(world.installation);
    const { hooks } = await api.json('/projects/1/hooks');
    const hook = hooks.find(({ title }) => title === 'Second');
    const { id, created_at, updated_at, ...fields } = hook;
    const script = '#!/bin/sh\necho "from the second hook"\necho "and one more line"\n';
    assert.equal((await api.change('PUT', `/projects/1/hooks/${id}`, { ...fields, script })).status, 200);
    const settings = await api.json('/projects/1/settings');
    assert.equal((await api.change('PUT', '/projects/1/settings', { ...settings, max_parallel: 7 })).status, 200);
    assert.equal((await api.change('PUT', '/projects/1/secrets/HISTORY', { value: 'never told' })).status, 200);
    assert.equal((await api.change('DELETE', '/projects/1/secrets/HISTORY')).status, 204);

    const { page, complaints, close } = await openPage(world.browser);
    await page.context().addCookies(api.cookies());
    await page.goto(`${world.installation.gateway}/projects/1/settings/history/`);
    const change = (number) => page.getByTestId('change').nth(number);
    await change(4).waitFor();
    const told = await page.locator('[data-testid=change] summary .anywhere:first-child').allInnerTexts();
    assert.deepEqual(told.slice(0, 4).map((text) => text.replace(/^\S+ /, '')), [
      'deleted the secret HISTORY', 'added the secret HISTORY', 'changed how builds are run', 'changed the hook Second',
    ]);
    assert.ok(told.some((text) => text.endsWith('added the hook Second')), told.join());
    await change(3).locator('summary').click();
    await change(3).getByText('+ echo "and one more line"').waitFor();
    await change(3).getByTestId('put-back').click();
    await page.getByTestId('dialog').getByRole('button', { name: 'Put back' }).click();
    await page.getByTestId('toast').getByText('It is as it was before.').waitFor();
    assert.equal((await api.json(`/projects/1/hooks/${id}`)).script, fields.script);
    await page.locator('[data-testid=change]', { hasText: 'changed how builds are run' }).first().locator('summary').click();
    await page.locator('[data-testid=change]', { hasText: 'changed how builds are run' }).first().getByTestId('put-back').click();
    await page.getByTestId('dialog').getByRole('button', { name: 'Put back' }).click();
    await waitFor('the old limit', async () => (await api.json('/projects/1/settings')).max_parallel === settings.max_parallel);
    assert.doesNotMatch(await page.content(), /never told/);
    assert.deepEqual(complaints, []);
    await close();
  });
}
