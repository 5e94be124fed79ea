// Images of a private registry, and service containers. Rows P20, P18.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { openPage } from './support/browser.js';
import { atGithub } from './support/github.js';
import { PASSWORD, startRegistry, USER } from './support/registry.js';
import { waitFor } from './support/wait.js';

const REPOSITORY = 'octo/containers';
// Answers at port 7000 with what $GREETING says.
const SERVER = `use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => 7000, Listen => 5, ReuseAddr => 1) or die;
print STDERR "listening\\n";
while (my $client = $server->accept) { print $client "$ENV{GREETING}\\n"; close $client }`;
const SCRIPT = `#!/bin/bash
until exec 3<>/dev/tcp/greeter/7000; do sleep 0.1; done 2>/dev/null
cat <&3
cat /etc/private
[ ! -e fail ]
`;

/** `world` is filled before the first test runs: installation, browser. */
export function containers(world) {
  let registry;
  let owner;
  let project = 0;
  const image = (name) => `${registry.address}/octo/${name}:1`;
  const engine = (...call) => world.installation.engine(...call);
  const github = (method, path, body) => atGithub(world.installation, method, path, body);

  /** Makes an image of debian:12 and pushes it; the engine has it no more then. */
  async function publish(name, command, changes) {
    const { Id: id } = JSON.parse(await engine('POST', '/containers/create', {
      body: { Image: 'debian:12', Entrypoint: ['/bin/sh', '-c', command] },
    }));
    await engine('POST', `/containers/${id}/start`);
    await engine('POST', `/containers/${id}/wait`);
    const query = new URLSearchParams({ container: id, repo: `${registry.address}/octo/${name}`, tag: '1' });
    for (const change of changes) query.append('changes', change);
    await engine('POST', `/commit?${query}`);
    await engine('POST', `/images/${encodeURIComponent(`${registry.address}/octo/${name}`)}/push?tag=1`,
      { headers: { 'X-Registry-Auth': registry.auth } });
    await engine('DELETE', `/containers/${id}?v=1&force=1`);
    await engine('DELETE', `/images/${encodeURIComponent(image(name))}?force=1`);
  }
  async function build(message, files = {}) {
    const { sha } = await github('POST', `/repositories/${REPOSITORY}/commits`,
      { login: 'octo', message, files });
    const built = await owner.build(project, sha, ended);
    return { built, log: (await owner.log(built)).toString() };
  }

  before(async () => {
    registry = await startRegistry();
    await publish('base', 'echo only for those who may > /etc/private', ['ENTRYPOINT []']);
    await publish('greeter', 'true', [`ENTRYPOINT ${JSON.stringify(['perl', '-e', SERVER])}`]);
    owner = await signIn(world.installation);
    await github('POST', '/seed', { repositories: [{ owner: 'octo', name: 'containers' }] });
    const made = await owner.change('POST', '/projects', { repository: REPOSITORY });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    project = made.body.id;
  });
  after(() => registry?.stop());

  test('P18, P20: without credentials the log says which registry wants them, and what to do', async () => {
    const { page, complaints, close } = await openPage(world.browser);
    await page.context().addCookies(owner.cookies());
    await page.goto(`${world.installation.gateway}/projects/${project}/hooks/add/`);
    await page.getByLabel('Title').fill('Containers');
    await page.getByLabel('Docker image').fill(image('base'));
    await page.getByTestId('add-service').click();
    await page.getByTestId('field-service-name').fill('greeter');
    await page.getByTestId('field-service-image').fill(image('greeter'));
    await page.getByTestId('field-service-environment').fill('GREETING=hello from beside');
    await page.getByTestId('save').click();
    await page.getByTestId('hook').waitFor();
    const { hooks: [hook] } = await owner.json(`/projects/${project}/hooks`);
    assert.deepEqual(hook.services, [
      { name: 'greeter', image: image('greeter'), environment: { GREETING: 'hello from beside' } }]);
    const { status } = await owner.change('PUT', `/projects/${project}/hooks/${hook.id}`,
      { title: hook.title, image: hook.image, script: SCRIPT, services: hook.services });
    assert.equal(status, 200);
    assert.deepEqual(complaints, []);
    await close();

    const { built, log } = await build('No credentials yet');
    assert.equal(built.status, 'failure');
    assert.match(log, new RegExp(`The registry ${registry.address} wants credentials`));
    assert.match(log, /a manager can add them in its settings, under Registries/);
  });

  test('P20: with credentials the image is pulled; the password is not told', async () => {
    const { page, complaints, close } = await openPage(world.browser);
    await page.context().addCookies(owner.cookies());
    await page.goto(`${world.installation.gateway}/projects/${project}/settings/registries/`);
    await page.getByTestId('field-registry').fill(registry.address);
    await page.getByLabel('User name').fill(USER);
    await page.getByTestId('field-password').fill(PASSWORD);
    await page.getByTestId('save-registry').click();
    await page.locator(`[data-testid=registry-row][data-name="${registry.address}"]`).waitFor();
    assert.ok(!(await page.content()).includes(PASSWORD));
    assert.deepEqual(complaints, []);
    await close();
    const { registries } = await owner.json(`/projects/${project}/registries`);
    assert.deepEqual(registries.map(({ registry: host, username }) => [host, username]),
      [[registry.address, USER]]);
    assert.equal(await world.installation.query(
      `SELECT count(*) FROM project.registry_credentials WHERE password LIKE '%${PASSWORD}%'`), '0');

    const { built, log } = await build('With credentials');
    assert.equal(built.status, 'success', log);
    assert.ok(log.endsWith('hello from beside\nonly for those who may\n'), log);
    assert.ok(!log.includes(PASSWORD));
  });

  test('P18: of a failed script the services\' last words are in the log, and nothing is left', async () => {
    const { built, log } = await build('Fail', { fail: '' });
    assert.equal(built.status, 'failure');
    assert.ok(log.endsWith(`The service "greeter" (${image('greeter')}) wrote at last:\n`
      + 'greeter | listening\n'), log);
    await waitFor('nothing to be left', async () =>
      (await world.installation.leftovers()).length === 0, { seconds: 60 });
  });
}
