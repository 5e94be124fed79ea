// Install scripts, whose results are kept as images. Rows K49, K50, N7, N8.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { openPage } from './support/browser.js';
import { atGithub } from './support/github.js';

const REPOSITORY = 'octo/installs';
const SKIPPING = 'Skipping install script as tracked files did not change...\n';

/** `world` is filled before the first test runs: installation, browser. */
export function installs(world) {
  let owner = null;
  let project = 0;
  const github = (method, path, body) => atGithub(world.installation, method, path, body);
  const build = async (files) => {
    const { sha } = await github('POST', `/repositories/${REPOSITORY}/commits`,
      { login: 'octo', message: 'Change', files });
    const built = await owner.build(project, sha, ended);
    assert.equal(built.status, 'success', built.jobs[0].reason);
    return { built, log: (await owner.log(built)).toString() };
  };

  test('K49: the install script runs first, and the page shows how long each step took', async () => {
    owner = await signIn(world.installation);
    await github('POST', '/seed', { repositories: [{ owner: 'octo', name: 'installs' }] });
    const made = await owner.change('POST', '/projects', { repository: REPOSITORY });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    project = made.body.id;
    const added = await owner.change('POST', `/projects/${project}/hooks`, {
      title: 'Install',
      image: 'debian:12',
      install_script: '#!/bin/sh\necho installing\ncp requirements.txt /tmp/installed\n',
      script: '#!/bin/sh\ncat /tmp/installed\n',
      tracked_files: ['requirements.txt'],
    });
    assert.equal(added.status, 201, JSON.stringify(added.body));
    const { built, log } = await build({ 'requirements.txt': 'one\n' });
    assert.match(log, /\nRunning install script\.\.\.\ninstalling\none\n$/);

    const { page, complaints, close } = await openPage(world.browser);
    await page.context().addCookies(owner.cookies());
    await page.goto(`${world.installation.gateway}/projects/${project}/builds/${built.number}/`);
    await page.getByTestId('phase').last().waitFor();
    const steps = await page.getByTestId('phase').allTextContents();
    assert.deepEqual(steps.map((step) => step.replace(/^Passed|[\d.,]+ ?(ms|s|min).*$/g, '').trim()),
      ['Queued', 'Pull', 'Fetch', 'Install', 'Script']);
    // What the install script printed folds, under the line that says why it ran.
    const group = page.getByRole('button', { name: 'Install', exact: true });
    await group.waitFor();
    assert.match(await page.getByTestId('log-line').filter({ has: group }).innerText(), /Running install script/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('K49, N8: it is skipped until what it depends on changes, and the log says what', async () => {
    const other = await build({ 'README.md': 'other\n' });
    assert.match(other.log, /\nThe same was installed by build #1 on [a-z0-9._-]+\.\n/);
    assert.ok(other.log.endsWith(`${SKIPPING}one\n`), other.log);
    assert.ok(!other.built.jobs[0].phases.some(({ name }) => name === 'install'));
    const changed = await build({ 'requirements.txt': 'two\n' });
    assert.match(changed.log,
      /Running install script, as this changed since build #\d+: requirements\.txt \([0-9a-f]{7} → [0-9a-f]{7}\)\ninstalling\ntwo\n$/);
  });

  test('K63: builds are found in the history', async () => {
    const { page, complaints, close } = await openPage(world.browser);
    await page.context().addCookies(owner.cookies());
    await page.goto(`${world.installation.gateway}/projects/${project}/history/`);
    const rows = page.getByTestId('history-row');
    await rows.nth(2).waitFor();
    await page.getByRole('link', { name: 'Failed', exact: true }).click();
    await page.getByTestId('no-such-builds').waitFor();
    await page.getByRole('link', { name: 'Passed', exact: true }).click();
    await rows.nth(2).waitFor();
    await page.getByTestId('filter-branch').fill('MAIN');
    await page.getByTestId('filter-text').fill('#2');
    await page.getByTestId('filter').click();
    await page.waitForURL('**/history/?status=success&branch=MAIN&q=%232');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=history-row]').length === 1);
    assert.match(await rows.first().innerText(), /#2/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('N10: a job is run on a machine of one\'s own as it ran here, by the address of its page', async () => {
    const { built, log } = await build({ 'README.md': 'another\n' });
    const made = await owner.change('POST', '/me/tokens', { name: 'laptop', lifetime_days: 1 });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const page = `${world.installation.gateway}/projects/${project}/builds/${built.number}/jobs/1/`;
    assert.equal(await world.installation.runLocally(made.body.secret, '--job', page), log);
    await assert.rejects(world.installation.runLocally('kzp_guess', '--job', page),
      /did not tell about the job/);
    assert.deepEqual(await world.installation.leftovers(), []);
  });

  test('N10: a server has no say over what is read of this machine, and no program sees the token', async () => {
    const token = 'kzp_seen_by_nobody';
    const seen = [];
    const server = createServer((request, response) => {
      seen.push(...curlsThatShow(token));
      assert.equal(request.headers.authorization, `Bearer ${token}`);
      response.end(JSON.stringify(request.url.endsWith('/spec')
        ? { commit: 'a'.repeat(40) }
        : { commit_url: `file:///etc/commit/${'a'.repeat(40)}` }, null, 1));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const page = `http://127.0.0.1:${server.address().port}/projects/1/builds/1/jobs/1/`;
    await assert.rejects(world.installation.runLocally(token, '--job', page),
      /the server does not say where the repository is/);
    server.close();
    assert.deepEqual(seen, []);
  });
}

/** What of the curls that run shows a text: their arguments or their environment. */
function curlsThatShow(text) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    const read = (file) => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, 'latin1');
      } catch {
        return '';
      }
    };
    if (read('comm').trim() !== 'curl') return [];
    return ['cmdline', 'environ'].filter((file) => read(file).includes(text));
  });
}
