// A machine that becomes a runner of an installation elsewhere.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { after, test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { openPage } from './support/browser.js';
import { kozmicWith } from './support/installation.js';
import { waitFor } from './support/wait.js';

/** The other machine, as far as Kozmic is concerned: a state folder of its own. */
const STATE = '/var/tmp/kozmic-e2e-runner';
const elsewhere = (...args) => kozmicWith({ KOZMIC_STATE: STATE }, ...args);

/** `world` is filled before the first test runs: installation, browser, repository. */
export function join(world) {
  const runners = async (api) => (await api.json('/admin/runners')).runners;
  const named = async (api, name) => (await runners(api)).find((runner) => runner.name === name);

  after(async () => {
    if (existsSync(STATE)) await elsewhere('down', '--purge', '--yes');
  }, { timeout: 5 * 60_000 });

  test('P22: runners elsewhere are let in by one setting, after which the services’ calls are encrypted', async () => {
    const { installation } = world;
    const refused = await fetch(`${installation.gateway}/api/v1/join`);
    assert.equal((await refused.json()).code, 'no_runners_from_elsewhere');
    await assert.rejects(elsewhere('join', installation.gateway, '--token', 'kzj_x'), /lets no machines in as runners/);
    assert.ok(!existsSync(STATE), 'a refusal leaves nothing behind');
    await installation.kozmicWith({ KOZMIC_RUNNERS_LISTEN: '127.0.0.1' }, 'up');
    const told = await (await fetch(`${installation.gateway}/api/v1/join`)).json();
    assert.equal(told.build_address, installation.rpcAddress('build'));
    assert.match(told.ca, /^-----BEGIN CERTIFICATE-----\n/);
    // In the clear nobody answers.
    await assert.rejects(fetch(`http://${told.build_address}/`, { signal: AbortSignal.timeout(5_000) }));
  });

  test('P22: a machine joins by the command that its administrator was shown, and runs a job', { timeout: 15 * 60_000 }, async () => {
    const { installation, browser, repository } = world;
    const api = await signIn(installation);
    const { page, complaints, close } = await openPage(browser);
    await page.context().addCookies(api.cookies());
    await page.goto(`${installation.gateway}/admin/runners/`);
    await page.getByTestId('field-display_name').fill('the machine next door');
    await page.getByTestId('field-runner').fill('next-door');
    await page.getByTestId('field-labels').fill('next-door');
    await page.getByTestId('create-registration-token').click();
    const command = await page.getByTestId('join-command').inputValue();
    assert.deepEqual(complaints, []);

    const [program, ...args] = command.split(' ');
    assert.equal(program, './kozmic');
    assert.match(await elsewhere(...args, '--slots', '1'), /This machine is the runner next-door of http:/);
    await waitFor('the runner to be there', async () => (await named(api, 'next-door'))?.slots === 1);
    await page.getByTestId('runner').filter({ hasText: 'next-door' }).getByText('Let in by octo').waitFor();
    await page.getByTestId('registration-token').waitFor({ state: 'detached' });
    await close();

    const { id } = await api.project('octo/hello');
    const { status, body: hook } = await api.change('POST', `/projects/${id}/hooks`,
      { title: 'Next door', image: 'debian:12', script: '#!/bin/sh\necho "I am next door"\n', labels: ['next-door'] });
    assert.equal(status, 201);
    const commit = await repository.push('Run next door', { 'door.txt': 'open\n' });
    const build = await api.build(id, commit, ended, { seconds: 240 });
    const job = build.jobs.find(({ title }) => title === 'Next door');
    assert.equal(job.status, 'success', job.reason);
    assert.equal(job.runner, 'next-door');
    assert.match((await api.log(build, job)).toString(), /I am next door/);
    await api.change('DELETE', `/projects/${id}/hooks/${hook.id}`);
  });

  test('P22: a token serves once, and a machine has one credential, for its own eyes', async () => {
    const stored = path(STATE, 'runner/cache/credential');
    const { credential } = JSON.parse(readFileSync(stored, 'utf8'));
    assert.match(credential, /^kzr_/);
    for (const table of ['build.registration_tokens', 'build.runner_credentials']) {
      assert.ok(!(await world.installation.query(`SELECT string_agg(t::text, ' ') FROM ${table} t`)).includes(credential));
    }
    // Its git reaches what that of the installation's own runner may.
    assert.match(readFileSync(path(STATE, 'config/runner.yaml'), 'utf8'), /^clone_url_prefixes: \['http:\/\/127/m);
    // As after a reboot.
    await elsewhere('down');
    await elsewhere('up');
    assert.equal(JSON.parse(readFileSync(stored, 'utf8')).credential, credential);
    assert.match(await elsewhere('status'), /^runner +RUNNING/m);
  });

  test('P22: a runner that is revoked is out, and says why', { timeout: 5 * 60_000 }, async () => {
    const api = await signIn(world.installation);
    const { body } = await api.change('POST', '/admin/runners/next-door/revoke');
    assert.equal(body.registration.revoked_by, 'octo');
    await elsewhere('down');
    await assert.rejects(elsewhere('up'), /revoked/);
    assert.equal((await api.change('DELETE', '/admin/runners/next-door')).status, 204);
    assert.equal(await named(api, 'next-door'), undefined);
  });

  test('without the setting the services are this machine’s alone again, and speak in the clear', { timeout: 10 * 60_000 }, async () => {
    const { installation, repository } = world;
    await installation.kozmicWith({ KOZMIC_RUNNERS_LISTEN: '' }, 'up');
    assert.equal((await fetch(`${installation.gateway}/api/v1/join`)).status, 404);
    const api = await signIn(installation);
    const { id } = await api.project('octo/hello');
    const commit = await repository.push('Alone again', { 'build.sh': '#!/bin/sh\nexit 0\n', 'test.sh': '#!/bin/sh\nexit 0\n' });
    assert.equal((await api.build(id, commit, ended)).status, 'success');
  });
}
