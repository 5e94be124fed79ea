// What ./kozmic up does, at first and again.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { waitFor } from './support/wait.js';

/** `world` is filled before the first test runs: installation. */
export function up(world) {
  test('up ends with the demo: its address, and its first build goes green', async () => {
    assert.match(world.installation.greeting, new RegExp(world.installation.gateway));
    assert.match(world.installation.greeting, /Sign in as octo/);
    assert.match(world.installation.greeting, new RegExp(
      `Watch its build: +${world.installation.gateway}/projects/1/builds/1/$`, 'm'));
    const api = await signIn(world.installation);
    const first = await waitFor('the first build', async () => {
      const { projects } = await api.json('/projects');
      return projects[0]?.latest_build;
    });
    const build = await api.build(first.project_id, first.commit, ended);
    assert.equal(build.status, 'success', build.jobs[0].reason);
  });

  test('a second up is harmless: nothing is restarted', async () => {
    const pids = await world.installation.processes();
    assert.ok(pids.size >= 8, `only ${[...pids.keys()]}`);
    await world.installation.up();
    assert.deepEqual(await world.installation.processes(), pids);
  });

  test('an up after the page alone was built anew restarts the gateway, and nothing else', async () => {
    const { installation } = world;
    const before = await installation.processes();
    writeFileSync(join(installation.pageFolder, 'assets/anew.js'), 'anew();');
    await installation.up();
    const after = await installation.processes();
    assert.notEqual(after.get('gateway'), before.get('gateway'));
    assert.deepEqual(new Map(after).set('gateway', 0), new Map(before).set('gateway', 0));
    const served = await fetch(`${installation.gateway}/assets/anew.js`);
    assert.equal(await served.text(), 'anew();');
  });
}
