// GitHub says who somebody is and what they may: a project of a private repository, seen by its
// owner, a manager, a member and a stranger. Rows K1 to K26, K66, K67, P5, P33, P53, N13.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { authorize, openPage, writeScript } from './support/browser.js';
import { atGithub, happened } from './support/github.js';
import { ROOT } from './support/installation.js';
import { waitFor } from './support/wait.js';

const SECRET = 'correct-horse-battery-staple';
const REPOSITORY = 'acme/rocket';
const PICTURES = join(ROOT, 'tests/e2e/results');

/** `world` is filled before the first test runs: installation, browser. */
export function identity(world) {
  let project = 0;
  const at = (path) => `${world.installation.gateway}${path}`;
  const settings = (section = '') => at(`/projects/${project}/settings/${section}`);
  const github = (method, path, body) => atGithub(world.installation, method, path, body);
  const push = (message, options = {}) =>
    github('POST', `/repositories/${REPOSITORY}/commits`, { login: 'octo', message, ...options });
  /** A page of somebody who is signed in. */
  const pageOf = async (login, options) => {
    const opened = await openPage(world.browser, options);
    const api = await signIn(world.installation, login);
    await opened.page.context().addCookies(api.cookies());
    return { ...opened, api };
  };
  const shot = (page, name) => {
    mkdirSync(PICTURES, { recursive: true });
    return page.screenshot({ path: join(PICTURES, `${name}.png`) });
  };

  test('K1-K3: signing in, being refused, and signing out', async () => {
    const { page, complaints, close } = await openPage(world.browser);
    // A refusal at GitHub leads back, with words (27).
    await page.goto(at('/account/settings/'));
    await page.getByTestId('sign-in').click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('login-error').waitFor();
    assert.match(page.url(), /\/login\/\?error=denied/);
    // A scope that is not granted is named (33).
    await page.getByTestId('sign-in').click();
    await page.locator('input[name=login][value=octo]').check();
    await page.locator('input[name=granted][value="read:org"]').uncheck();
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.getByTestId('login-error').waitFor();
    assert.match(await page.getByTestId('login-error').innerText(), /read:org/);
    await page.getByTestId('sign-in').click();
    await authorize(page, 'octo');
    await page.getByRole('button', { name: /octo/i }).first().click();
    await page.getByTestId('sign-out').click();
    await page.getByTestId('sign-in').waitFor();
    // A state that is old, forged or used (26), and a change by GET (34).
    const expired = await page.goto(at('/_auth/auth-callback/?code=x&state=y'));
    assert.equal(expired.status(), 400);
    assert.match(page.url(), /error=expired/);
    assert.equal((await page.request.get(at('/logout/'))).status(), 405);
    assert.deepEqual(complaints.filter((text) => !/400|401/.test(text)), []);
    await close();
  });

  test('K7: the bar leads to a new project, the documentation and the account', async () => {
    const { page, complaints, close } = await pageOf('hubot');
    await page.goto(at('/'));
    await page.getByRole('link', { name: 'New project' }).first().click();
    await page.waitForURL(/\/repositories\/$/);
    await page.getByRole('banner').getByRole('link', { name: 'Docs' }).click();
    await page.waitForURL(/\/docs\/$/);
    await page.getByRole('button', { name: 'Account menu of hubot' }).click();
    await page.getByTestId('sign-out').waitFor();
    await page.getByRole('banner').getByRole('link', { name: 'Account settings' }).click();
    await page.waitForURL(/\/account\/settings\/$/);
    await page.getByRole('banner').getByRole('link', { name: 'Kozmic CI' }).click();
    await page.waitForURL(/\/projects\/$/);
    assert.match(await page.getByRole('contentinfo').innerText(), /^Kozmic CI \d+\.\d+/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('K9-K12: a project of an organisation\'s private repository, with its deploy key', async () => {
    const { page, complaints, close } = await openPage(world.browser);
    await page.goto(at('/repositories/'));
    await page.getByTestId('sign-in').click();
    await authorize(page, 'octo');
    const row = page.locator(`[data-testid=repository-row][data-repository="${REPOSITORY}"]`);
    await row.waitFor();
    // What has a project already is left out.
    assert.equal(await page.locator('[data-repository="octo/hello"]').count(), 0);
    await page.locator('[data-testid=owner][data-owner=acme]').waitFor();
    await shot(page, 'repositories');
    await row.getByTestId('create-project').click();
    await page.waitForURL('**/settings/');
    project = Number(/projects\/(\d+)\//.exec(page.url())[1]);
    await page.getByText('Hooks haven\'t been configured yet.').waitFor();
    await page.goto(settings('deploy-key/'));
    await page.locator('[data-testid=deploy-key][data-state=present]').waitFor();
    assert.match(await page.getByTestId('fingerprint').innerText(), /^SHA256:/);
    const [key] = await github('GET', `/as/octo/repos/${REPOSITORY}/keys`);
    assert.equal(key.title, 'Kozmic CI key');
    assert.equal(key.read_only, true);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('K19-K26, P5, K42: a hook with an editor, a secret, and a build fetched by SSH', async () => {
    const { page, complaints, close, api } = await pageOf('octo');
    await page.goto(settings('secrets/'));
    await page.getByLabel('Name').fill('LAUNCH_CODE');
    await page.getByLabel('Value').fill(SECRET);
    await page.getByTestId('save-secret').click();
    await page.locator('[data-testid=secret-row][data-name=LAUNCH_CODE]').waitFor();
    assert.ok(!(await page.content()).includes(SECRET));

    await page.goto(settings());
    await page.getByTestId('add-hook').click();
    await page.getByLabel('Title').fill('Launch');
    await writeScript(page, 'script',
      '#!/bin/bash\necho "the code is $LAUNCH_CODE"\nls\n[ -n "$LAUNCH_CODE" ] && cat /tmp/installed\n');
    await page.locator('[name=branches]').fill('main\nrelease/*');
    await writeScript(page, 'install_script', '#!/bin/bash\necho done > /tmp/installed\n');
    await page.locator('[name=tracked_files]').fill('./a/../README.md\n../outside');
    await page.getByTestId('save').click();
    await page.getByTestId('fault-tracked_files').waitFor();
    complaints.splice(0);
    await page.locator('[name=tracked_files]').fill('./a/../README.md');
    await shot(page, 'hook');
    await page.getByTestId('save').click();
    await page.getByTestId('hook').waitFor();
    const { hooks: [hook] } = await api.json(`/projects/${project}/hooks`);
    assert.deepEqual(hook.tracked_files, ['README.md']);
    assert.deepEqual(hook.branches, ['main', 'release/*']);

    const ignored = await push('Not on a branch that the hook builds', { branch: 'draft', from: 'main' });
    const { sha } = await push('Launch', { files: { 'pad.txt': 'ready\n' } });
    const build = await api.build(project, sha, ended);
    assert.equal(build.status, 'success', build.jobs[0].reason);
    const log = (await api.log(build)).toString();
    assert.match(log, /^the code is \*{28}$/m);
    assert.match(log, /^pad\.txt$/m);
    assert.match(log, /^done$/m);
    assert.ok(!log.includes(SECRET));
    const { builds } = await api.json(`/projects/${project}/builds`);
    assert.ok(!builds.some((one) => one.commit === ignored.sha));
    assert.ok((await happened(world.installation, 'ssh_session')).some((one) => one.granted));
    assert.deepEqual(complaints, []);
    await close();
  });

  test('K42: a deploy key that is missing at GitHub is put there again for the next build', async () => {
    const { api, close } = await pageOf('octo');
    const [key] = await github('GET', `/as/octo/repos/${REPOSITORY}/keys`);
    await github('DELETE', `/as/octo/repos/${REPOSITORY}/keys/${key.id}`);
    const { sha } = await push('Once more');
    const build = await api.build(project, sha, ended);
    assert.equal(build.status, 'success', build.jobs[0].reason);
    const [again] = await github('GET', `/as/octo/repos/${REPOSITORY}/keys`);
    assert.equal(again.key, key.key);
    await close();
  });

  test('K25: hooks that are missing or wrong at GitHub are restored in the browser', async () => {
    const { page, complaints, close } = await pageOf('octo');
    const [hook] = await github('GET', `/as/octo/repos/${REPOSITORY}/hooks`);
    await github('DELETE', `/as/octo/repos/${REPOSITORY}/hooks/${hook.id}`);
    await page.goto(settings());
    await page.getByRole('button', { name: 'Restore hooks on GitHub' }).click();
    await page.getByTestId('restored').waitFor();
    const [restored] = await github('GET', `/as/octo/repos/${REPOSITORY}/hooks`);
    assert.equal(restored.config.url, hook.config.url);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('K15-K18: a member of a team that may pull sees the project and can change nothing', async () => {
    const { page, complaints, close, api } = await pageOf('mona');
    const { projects } = await api.json('/projects');
    assert.equal(projects.find((one) => one.id === project)?.role, 'member');
    await page.goto(at(`/projects/${project}/builds/1/`));
    await page.getByText('the code is').waitFor();
    await page.goto(settings());
    await page.getByTestId('hook').waitFor();
    for (const id of ['add-hook', 'edit-hook', 'toggle-hook', 'delete-form']) {
      assert.equal(await page.getByTestId(id).count(), 0, id);
    }
    assert.deepEqual(complaints, []);
    // Nor past the page.
    const { hooks: [hook] } = await api.json(`/projects/${project}/hooks`);
    for (const [method, path, body] of [
      ['PUT', `hooks/${hook.id}`, { title: 'x', image: 'debian:12', script: 'x' }],
      ['DELETE', `hooks/${hook.id}`],
      ['POST', 'hooks/restore'],
      ['POST', 'members/sync'],
      ['PUT', 'secrets/X', { value: 'x' }],
      ['POST', 'deploy_key/rotate'],
      ['POST', 'badge/reset'],
      ['DELETE', '', { repository: REPOSITORY }],
    ]) {
      const { status } = await api.change(method, `/projects/${project}/${path}`.replace(/\/$/, ''), body);
      assert.equal(status, 403, `${method} ${path}`);
    }
    assert.equal(await api.status(`/projects/${project}/secrets`), 403);
    await page.goto(settings('secrets/'));
    await page.getByText(/manager/i).first().waitFor();
    await close();
  });

  test('K15: who may push manages, and cannot delete', async () => {
    await github('PUT', `/as/octo/repos/${REPOSITORY}/collaborators/mona`, { permission: 'push' });
    const { page, complaints, close, api } = await pageOf('mona');
    await waitFor('mona to be a manager', async () =>
      (await api.json(`/projects/${project}`)).role === 'manager');
    await page.goto(settings());
    await page.getByTestId('edit-hook').click();
    await page.getByLabel('Title').fill('Launch pad');
    await page.getByTestId('save').click();
    await page.getByText('Launch pad').first().waitFor();
    await page.goto(settings('members/'));
    await page.locator('[data-testid=member-row][data-login=mona][data-role=manager]').waitFor();
    await page.locator('[data-testid=member-row][data-login=octo][data-role=owner]').waitFor();
    await shot(page, 'members');
    await page.goto(settings('danger/'));
    await page.getByText(/owner/i).first().waitFor();
    assert.equal(await page.getByTestId('delete-form').count(), 0);
    assert.equal((await api.change('DELETE', `/projects/${project}`, { repository: REPOSITORY })).status, 403);
    assert.deepEqual(complaints.filter((text) => !/403/.test(text)), []);
    await close();
  });

  test('a stranger finds nothing: another project\'s ids are 404', async () => {
    const { page, close, api } = await pageOf('hubot');
    for (const path of ['', '/hooks', '/hooks/2', '/members', '/secrets', '/deploy_key', '/badge',
      '/builds', '/builds/1', '/builds/1/jobs/1/log']) {
      assert.equal(await api.status(`/projects/${project}${path}`), 404, path);
    }
    for (const id of ['-1', '9223372036854775808', '1e3', '%00']) {
      assert.equal(await api.status(`/projects/${id}`), 404, id);
    }
    assert.equal(await api.status(`/stream?project=${project}`), 404);
    await page.goto(settings());
    await page.getByTestId('add-hook').waitFor({ state: 'detached' });
    // Nobody who has not signed in sees more.
    const anonymous = await fetch(at(`/api/v1/projects/${project}`));
    assert.equal(anonymous.status, 401);
    await close();
  });

  test('N13: who is removed at GitHub loses access and live streams within a minute', async () => {
    const { api, close } = await pageOf('mona');
    const stream = await api.request(at(`/api/v1/stream?project=${project}`), {});
    assert.equal(stream.status, 200);
    const closed = (async () => {
      for await (const chunk of stream.body) void chunk;
      return Date.now();
    })().catch(() => Date.now());
    // Who leaves an organisation is no collaborator of its repositories any more, and GitHub tells
    // of that. (Of a mere member's leaving it tells no repository's hook.)
    await github('DELETE', '/as/octo/orgs/acme/members/mona');
    const removed = Date.now();
    await waitFor('mona to be nobody here', async () =>
      await api.status(`/projects/${project}`) === 404, { seconds: 60 });
    assert.ok(await closed - removed < 60_000, 'the stream went on');
    await waitFor('the builds to be hidden too', async () =>
      await api.status(`/projects/${project}/builds/1`) === 404);
    assert.ok(Date.now() - removed < 60_000, 'the builds stayed in sight');
    await close();
  });

  test('P53: a renamed repository is followed, and its badge answers to both names', async () => {
    const { api, close } = await pageOf('octo');
    const badge = await api.json(`/projects/${project}/badge`);
    await github('PATCH', `/as/octo/repos/${REPOSITORY}`, { name: 'starship' });
    await waitFor('the new name', async () =>
      (await api.json(`/projects/${project}`)).repository === 'acme/starship');
    const { sha } = await github('POST', '/repositories/acme/starship/commits',
      { login: 'octo', message: 'Under another name' });
    assert.equal((await api.build(project, sha, ended)).status, 'success');
    for (const url of [`${at('/badges/acme/starship')}/main`, `${badge.url}/main`]) {
      const answer = await fetch(`${url}?token=${badge.token}`);
      assert.equal(answer.status, 200, url);
      assert.match(answer.headers.get('cache-control'), /no-cache/);
      assert.match(await answer.text(), /passing/);
      // 44
      assert.equal((await fetch(url)).status, 404, url);
    }
    await github('PATCH', '/as/octo/repos/acme/starship', { name: 'rocket' });
    await waitFor('the old name', async () =>
      (await api.json(`/projects/${project}`)).repository === REPOSITORY);
    await close();
  });

  test('K66, K67: the badge of the settings page is the one that GitHub shows', async () => {
    const { page, complaints, close } = await pageOf('octo');
    await page.goto(settings('badge/'));
    await page.getByTestId('badge-preview').waitFor();
    await waitFor('the picture', () => page.getByTestId('badge-preview').evaluate((image) =>
      (image.matches('img') ? image : image.querySelector('img'))?.naturalWidth > 0));
    const markdown = await page.getByTestId('badge-markdown').inputValue();
    assert.match(markdown, /\/badges\/acme\/rocket\/main\?token=[0-9a-f]{32}/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('K4: account settings: e-mail, sessions, and a token for programs', async () => {
    const { page, complaints, close, api } = await pageOf('hubot');
    await page.goto(at('/account/settings/'));
    await page.getByLabel('E-mail address').fill('not an address');
    await page.getByTestId('account-form').getByTestId('save').click();
    await page.getByTestId('fault-notification_email').waitFor();
    await page.getByLabel('E-mail address').fill('hubot@example.com');
    await page.getByTestId('account-form').getByTestId('save').click();
    await page.getByText('Your settings have been saved.').waitFor();
    assert.equal((await api.json('/me')).user.notification_email, 'hubot@example.com');

    const other = await signIn(world.installation, 'hubot');
    assert.equal(await other.status('/me'), 200);
    await page.reload();
    await waitFor('both sessions', async () => await page.getByTestId('session-row').count() >= 2);
    await page.getByTestId('end-others').click();
    await page.getByTestId('confirm').click();
    await waitFor('one session', async () => await page.getByTestId('session-row').count() === 1);
    await waitFor('the other to be ended', async () => await other.status('/me') === 401, { seconds: 60 });

    await page.getByTestId('token-form').getByLabel('Name').fill('script');
    await page.getByTestId('create-token').click();
    await page.getByTestId('new-token').waitFor();
    const secret = await page.getByTestId('token-secret').inputValue();
    assert.match(secret, /^kzp_/);
    const bearer = { authorization: `Bearer ${secret}` };
    const me = await fetch(at('/api/v1/me'), { headers: bearer });
    assert.equal((await me.json()).user.login, 'hubot');
    // It cannot make more of its kind.
    const tokens = await fetch(at('/api/v1/me/tokens'), { headers: bearer });
    assert.equal(tokens.status, 403);
    await shot(page, 'account');
    assert.deepEqual(complaints.filter((text) => !/422/.test(text)), []);
    await close();
  });

  test('K9, K10: five thousand repositories are synced with progress, and found by a filter', async () => {
    await github('POST', '/seed', {
      users: [{ login: 'many', name: 'Many', email: 'many@example.com', password: 'many' }],
      repositories: [{ owner: 'many', name: 'repo', count: 5000 }],
    });
    // A GitHub as slow as the real one; the sign-in does not wait for all of it.
    await github('PUT', '/faults', [{ path_regex: '/user/repos', times: 50, delay_ms: 150 }]);
    const { page, complaints, close, api } = await pageOf('many');
    const seen = new Set();
    const sync = await waitFor('the sync to end', async () => {
      const now = await api.json('/repositories/sync');
      if (now.state === 'running' && now.pages_total === 50) seen.add(now.pages_done);
      return now.state === 'done' && now;
    }, { seconds: 120 });
    assert.equal(sync.repositories, 5000);
    assert.ok(seen.size >= 2, `progress was seen ${seen.size} times`);
    await page.goto(at('/repositories/'));
    await page.locator('[data-testid=owner][data-owner=many]').waitFor();
    assert.match(await page.getByTestId('filter-count').innerText(), /5,000/);
    await page.getByTestId('filter').fill('repo-4321');
    await page.locator('[data-repository="many/repo-4321"]').waitFor();
    assert.equal(await page.getByTestId('repository-row').count(), 1);
    await page.getByRole('button', { name: 'Sync with GitHub' }).click();
    await waitFor('the second sync', async () => (await api.json('/repositories/sync')).state === 'done');
    assert.deepEqual(complaints, []);
    await close();
  });

  test('K13: the owner deletes the project by typing its name; GitHub is cleaned', async () => {
    const { page, complaints, close, api } = await pageOf('octo');
    await page.goto(settings('danger/'));
    await page.getByTestId('delete-form').getByLabel('Full name of the repository').fill('acme/other');
    await page.getByRole('button', { name: 'Delete this project' }).click();
    await page.getByTestId('fault-repository').waitFor();
    await page.getByTestId('delete-form').getByLabel('Full name of the repository').fill(REPOSITORY);
    await page.getByRole('button', { name: 'Delete this project' }).click();
    await page.getByText(/acme\/rocket has been deleted/).waitFor();
    assert.equal(await api.status(`/projects/${project}`), 404);
    await waitFor('GitHub to be clean', async () =>
      (await github('GET', `/as/octo/repos/${REPOSITORY}/hooks`)).length === 0 &&
      (await github('GET', `/as/octo/repos/${REPOSITORY}/keys`)).length === 0);
    await waitFor('the builds to be gone', async () => await world.installation.query(
      `SELECT count(*) FROM build.builds WHERE project_id = ${project}`) === '0');
    assert.deepEqual(complaints.filter((text) => !/422/.test(text)), []);
    await close();
  });
}
