// What people do to builds: cancel, restart, approve, start by hand; and what became of every
// delivery. Rows K38, P4, P6, P8, P27, P41, N6.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { openPage } from './support/browser.js';
import { atGithub, statusesOf } from './support/github.js';
import { waitFor } from './support/wait.js';

const REPOSITORY = 'octo/orchestra';
const ENDLESS = '#!/bin/sh\necho begun\nwhile :; do sleep 1; done\n';
const PLAY = '#!/bin/sh\necho "playing for ${AUDIENCE:-nobody} by $KOZMIC_EVENT ${KOZMIC_FORK:-}"\n';

/** `world` is filled before the first test runs: installation, browser. */
export function orchestration(world) {
  let project = 0;
  let hook = null;
  let owner = null;
  const at = (path) => `${world.installation.gateway}${path}`;
  const github = (method, path, body) => atGithub(world.installation, method, path, body);
  const push = async (message, options = {}) => (await github(
    'POST', `/repositories/${REPOSITORY}/commits`, { login: 'octo', message, ...options })).sha;
  const pageOf = async (login) => {
    const opened = await openPage(world.browser);
    const api = await signIn(world.installation, login);
    await opened.page.context().addCookies(api.cookies());
    return { ...opened, api };
  };
  const pageOfBuild = (build) => at(`/projects/${project}/builds/${build.number}/`);
  const setScript = async (script) => {
    const { id, created_at, updated_at, ...fields } = hook;
    const answer = await owner.change('PUT', `/projects/${project}/hooks/${id}`, { ...fields, script });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    hook = answer.body;
  };
  const running = (build) => build.jobs[0].phases.some((phase) => phase.name === 'script');
  const theBuild = (number, condition, options) => waitFor(`build ${number}`, async () => {
    const build = await owner.json(`/projects/${project}/builds/${number}`);
    return condition(build) ? build : null;
  }, { seconds: 120, ...options });

  test('a project to play with', async () => {
    owner = await signIn(world.installation);
    await github('POST', '/seed', { repositories: [{ owner: 'octo', name: 'orchestra' }] });
    await push('Begin');
    const made = await owner.change('POST', '/projects', { repository: REPOSITORY });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    project = made.body.id;
    const added = await owner.change('POST', `/projects/${project}/hooks`,
      { title: 'Play', image: 'debian:12', script: ENDLESS, events: ['push', 'pull_request'] });
    assert.equal(added.status, 201, JSON.stringify(added.body));
    hook = added.body;
  });

  test('P6: a build is cancelled in the browser, and its script ends at once', async () => {
    const { page, complaints, close } = await pageOf('octo');
    const commit = await push('Play for ever');
    const begun = await owner.build(project, commit, running);
    await page.goto(pageOfBuild(begun));
    // The script is told to begin before its container is known to run.
    await page.getByText('begun', { exact: true }).first().waitFor();
    await page.getByTestId('cancel-build').click();
    await page.getByTestId('confirm').click();
    // Not with the next heartbeat: the runner is told.
    const asked = Date.now();
    const build = await theBuild(begun.number, ended, { seconds: 30 });
    assert.equal(build.status, 'cancelled');
    assert.match(build.jobs[0].reason, /^Cancelled by octo\.$/);
    assert.ok(build.jobs[0].log.sealed);
    assert.ok(Date.now() - asked < 30_000);
    await page.locator('[data-testid=build-status][data-status=cancelled]').first().waitFor();
    await waitFor('its status at GitHub', async () =>
      (await statusesOf(world.installation, commit)).at(-1)?.state === 'error');
    assert.match((await statusesOf(world.installation, commit)).at(-1).description,
      /was cancelled$/);
    await waitFor('nothing to be left of it', async () =>
      (await world.installation.leftovers()).length === 0);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('K38, P27: a restart runs what the hook says now, and the old attempt stays readable', async () => {
    const { page, complaints, close } = await pageOf('octo');
    const { builds: [cancelled] } = await owner.json(`/projects/${project}/builds?limit=1`);
    await setScript(PLAY);
    await page.goto(pageOfBuild(cancelled));
    await page.getByTestId('restart-job').click();
    const build = await theBuild(cancelled.number,
      (one) => one.generation === 2 && ended(one));
    assert.equal(build.status, 'success', build.jobs[0].reason);
    assert.equal(build.jobs[0].attempt, 2);
    assert.match((await owner.log(build)).toString(), /^playing for nobody by push $/m);
    const { attempts } = await owner.json(
      `/projects/${project}/builds/${build.number}/jobs/1/attempts`);
    assert.deepEqual(attempts.map((one) => [one.number, one.status]),
      [[2, 'success'], [1, 'cancelled']]);
    assert.equal(attempts[1].reason, 'Cancelled by octo.');
    await page.getByTestId('attempts').waitFor();
    await page.locator('[data-testid=attempt][data-status=cancelled]').click();
    await page.getByText('begun', { exact: true }).first().waitFor();
    await waitFor('one success at GitHub', async () =>
      (await statusesOf(world.installation, build.commit)).at(-1)?.state === 'success');
    assert.deepEqual(complaints, []);
    await close();
  });

  test('P8: a build is started by hand, with variables', async () => {
    const { page, complaints, close } = await pageOf('octo');
    await page.goto(at(`/projects/${project}/builds/new/`));
    await page.getByTestId('field-ref').fill('nowhere');
    await page.getByTestId('start-build').click();
    await page.getByTestId('fault-ref').waitFor();
    complaints.splice(0);
    await page.getByTestId('field-ref').fill('main');
    await page.getByTestId('add-variable').click();
    const inputs = page.getByTestId('variable').last().locator('input, textarea');
    await inputs.nth(0).fill('AUDIENCE');
    await inputs.nth(1).fill('the "queen"');
    await page.getByTestId('start-build').click();
    await page.waitForURL(/builds\/\d+\/$/);
    const number = Number(/builds\/(\d+)\/$/.exec(page.url())[1]);
    const build = await theBuild(number, ended);
    assert.equal(build.status, 'success', build.jobs[0].reason);
    assert.deepEqual([build.trigger, build.creator, build.ref],
      ['manual', 'octo', 'refs/heads/main']);
    assert.match((await owner.log(build)).toString(), /^playing for the "queen" by manual $/m);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('P4: a pull request from a fork runs when it is approved, without secrets', async () => {
    const { page, complaints, close } = await pageOf('octo');
    const secret = await owner.change('PUT', `/projects/${project}/secrets/AUDIENCE`,
      { value: 'nobody-may-know' });
    assert.equal(secret.status, 200);
    await github('POST', `/as/hubot/repos/${REPOSITORY}/forks`);
    const { sha } = await github('POST', '/repositories/hubot/orchestra/commits',
      { login: 'hubot', branch: 'solo', from: 'main', files: { 'solo.txt': 'x' } });
    const { number: pull } = await github('POST', `/as/hubot/repos/${REPOSITORY}/pulls`,
      { title: 'A solo', head: 'hubot:solo', base: 'main' });
    const waiting = await owner.build(project, sha);
    assert.deepEqual([waiting.fork, waiting.pull_request, waiting.jobs[0].gate],
      ['hubot/orchestra', pull, 'approval']);
    const { waits } = await owner.json(`/projects/${project}/builds/${waiting.number}/waits`);
    assert.match(waits[0].sentence, /waits until somebody .* approves/);
    // An approval of another commit than was looked at is none.
    const differs = await owner.change('POST',
      `/projects/${project}/builds/${waiting.number}/approve`, { commit: '0'.repeat(40) });
    assert.deepEqual([differs.status, differs.body.code], [409, 'commit_differs']);

    await page.goto(pageOfBuild(waiting));
    await page.getByTestId('approval').waitFor();
    await page.getByTestId('approve').click();
    await page.getByTestId('confirm').click();
    const build = await theBuild(waiting.number, ended);
    assert.equal(build.status, 'success', build.jobs[0].reason);
    assert.equal(build.approval.approver, 'octo');
    assert.match((await owner.log(build)).toString(),
      /^playing for nobody by pull_request hubot\/orchestra$/m);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('N6: the page of deliveries accounts for everything that GitHub sent', async () => {
    const { page, complaints, close } = await pageOf('octo');
    await push('Not this one [ci skip]');
    await waitFor('the skipped push', async () => {
      const { deliveries } = await owner.json(`/projects/${project}/deliveries?state=ignored`);
      return deliveries.some((one) => /asks to skip/.test(one.outcome));
    });
    const { deliveries } = await owner.json(`/projects/${project}/deliveries`);
    assert.ok(deliveries.some((one) => one.event === 'ping'));
    const built = deliveries.filter((one) => one.status === 'built');
    assert.ok(built.some((one) => one.event === 'push' && one.builds.length === 1));
    assert.ok(built.some((one) => one.event === 'pull_request' && one.builds.length === 1));
    await page.goto(at(`/projects/${project}/deliveries/`));
    await page.locator('[data-testid=delivery][data-status=ignored]').first().waitFor();
    await page.locator('[data-testid=delivery][data-status=built]').first().waitFor();
    await page.getByText(/asks to skip the build/).first().waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  test('a failed log shows what the last green one does not have', async () => {
    const { page, complaints, close } = await pageOf('octo');
    const tune = (end) => `#!/bin/sh\ndate "+%T tuned"\n${end}\n`;
    await setScript(tune('exit 0'));
    const green = await owner.build(project, await push('Tune'), ended);
    assert.equal(green.status, 'success', green.jobs[0].reason);
    await setScript(tune('echo "error: a string broke"; exit 1'));
    const red = await owner.build(project, await push('Tune too much'), ended);
    assert.equal(red.status, 'failure');

    await page.goto(pageOfBuild(red));
    await page.getByTestId('typical').getByText(/\d/).waitFor();
    await page.getByTestId('compare').click();
    await page.getByTestId('compared').getByRole('link', { name: `build #${green.number}` }).waitFor();
    const found = page.getByTestId('new-line');
    await found.filter({ hasText: 'a string broke' }).waitFor();
    assert.equal(await found.filter({ hasText: 'tuned' }).count(), 0);
    await found.filter({ hasText: 'a string broke' }).getByRole('link').click();
    await page.locator('.log-marked').getByText('a string broke').waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  test('who may only view a project cannot change its builds', async () => {
    const stranger = await signIn(world.installation, 'hubot');
    const { builds: [build] } = await owner.json(`/projects/${project}/builds?limit=1`);
    for (const [method, path, body] of [
      ['POST', `/builds/${build.number}/cancel`], ['POST', `/builds/${build.number}/jobs/1/restart`],
      ['POST', `/builds/${build.number}/restart`, { failed_only: false }],
      ['POST', '/builds', { ref: 'main', variables: {} }],
    ]) {
      const { status } = await stranger.change(method, `/projects/${project}${path}`, body);
      assert.ok([403, 404].includes(status), `${path} answered ${status}`);
    }
    const { body } = await owner.change('POST', `/projects/${project}/builds/${build.number}/cancel`);
    assert.equal(body.code, 'not_running');
  });
}
