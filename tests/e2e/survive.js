// kill -9 of any one process in the middle of a build: still a complete log and one final status.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowBuild } from './slow_build.js';
import { waitFor } from './support/wait.js';

/**
 * `world` is filled before the first test runs: installation, repository. `victims` are the processes
 * that are killed.
 */
export function survive(world, victims) {
  const surviveDuringBuild = slowBuild(world);

  for (const [index, name] of victims.entries()) {
    test(`kill -9 of ${name} in the middle of a build`, { timeout: 300_000 }, async (t) => {
      const victim = (await world.installation.processes()).get(name);
      if (!victim && name === 'dockerd') {
        t.skip("this machine runs an engine of its own, which is not ours to kill");
        return;
      }
      assert.ok(victim, `${name} runs`);
      await surviveDuringBuild(name, 3 + index * 2, () => process.kill(victim, 'SIGKILL'));
      const reborn = await waitFor(`${name} to be restarted`, async () => {
        const pid = (await world.installation.processes()).get(name);
        return pid && pid !== victim;
      });
      assert.ok(reborn);
    });
  }

  test('no container, volume or folder of a finished job is left', async () => {
    await waitFor('the runner to have cleaned up', async () => {
      const left = await world.installation.leftovers();
      return left.length === 0 ? true : Promise.reject(new Error(left.join(', ')));
    });
  });
}
