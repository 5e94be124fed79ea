// What depends on how it was started, on an installation that ./kozmic up has started.
// KOZMIC_E2E=whole: everything that compose.test.js has, too.
import { administration } from './administration.js';
import { backup } from './backup.js';
import { client } from './client.js';
import { containers } from './containers.js';
import { identity } from './identity.js';
import { installs } from './installs.js';
import { join } from './join.js';
import { orchestration } from './orchestration.js';
import { pushToGreen } from './push_to_green.js';
import { settings } from './settings.js';
import { startInstallation } from './support/installation.js';
import { PROCESSES, runSuite } from './suite.js';
import { survive } from './survive.js';
import { tls } from './tls.js';
import { traces } from './traces.js';
import { up } from './up.js';

runSuite(startInstallation, {
  'kozmic up': up,
  'push to green': pushToGreen,
  administration,
  'commands from anywhere': client,
  'kill -9 in the middle of a build': (world) => survive(world, [...PROCESSES, 'dockerd']),
  installs,
  ...(process.env.KOZMIC_E2E === 'whole' && { settings, identity, orchestration, containers }),
  traces,
  'TLS without a proxy': tls,
  // After those that speak to the services in the clear.
  'runners elsewhere': join,
  // The last one: it ends the installation.
  backup,
});
