// Everything that needs a whole installation, on one: it takes a minute to start.
import { after, before, describe } from 'node:test';
import { administration } from './administration.js';
import { containers } from './containers.js';
import { identity } from './identity.js';
import { installs } from './installs.js';
import { orchestration } from './orchestration.js';
import { pushToGreen } from './push_to_green.js';
import { settings } from './settings.js';
import { launchBrowser } from './support/browser.js';
import { startInstallation } from './support/installation.js';
import { cloneRepository } from './support/repository.js';
import { survive } from './survive.js';

const world = {};

before(async () => {
  world.installation = await startInstallation();
  world.browser = await launchBrowser();
  world.repository = await cloneRepository(`${world.installation.github}/octo/hello.git`);
}, { timeout: 25 * 60_000 });

after(async () => {
  await world.repository?.remove();
  await world.browser?.close();
  await world.installation?.stop();
}, { timeout: 5 * 60_000 });

describe('push to green', () => pushToGreen(world));
describe('administration', () => administration(world));
describe('kill -9 in the middle of a build', () => survive(world));
describe('settings', () => settings(world));
describe('identity', () => identity(world));
describe('orchestration', () => orchestration(world));
describe('installs', () => installs(world));
describe('containers', () => containers(world));
