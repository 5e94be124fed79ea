// What needs a whole installation, on one: it takes a minute to start.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe } from 'node:test';
import { launchBrowser, takeFaults } from './support/browser.js';
import { cloneRepository } from './support/repository.js';

/** The processes that every installation has. */
export const PROCESSES = ['gateway', 'auth', 'project', 'build', 'logstream', 'runner', 'redis', 'postgres', 'simulator'];

/**
 * Runs groups of tests, by name, on the installation that `start` answers. Each is called with a world
 * that is filled before the first test runs: installation, browser, repository.
 */
export function runSuite(start, groups) {
  const world = {};

  before(async () => {
    world.installation = await start();
    world.browser = await launchBrowser();
    world.repository = await cloneRepository(`${world.installation.github}/octo/hello.git`);
  }, { timeout: 25 * 60_000 });

  after(async () => {
    await world.repository?.remove();
    await world.browser?.close();
    await world.installation?.stop();
  }, { timeout: 5 * 60_000 });

  for (const [name, tests] of Object.entries(groups)) {
    describe(name, () => {
      afterEach(() => assert.deepEqual(takeFaults(), [], 'the API answers as gateway/openapi.json says'));
      tests(world);
    });
  }
}
