// Everything, on an installation in containers, as compose.yml has it.
import { administration } from './administration.js';
import { composed, composedBackup } from './composed.js';
import { containers } from './containers.js';
import { cookbook } from './cookbook.js';
import { identity } from './identity.js';
import { installs } from './installs.js';
import { orchestration } from './orchestration.js';
import { pushToGreen } from './push_to_green.js';
import { settings } from './settings.js';
import { startComposed } from './support/compose.js';
import { PROCESSES, runSuite } from './suite.js';
import { survive } from './survive.js';

runSuite(startComposed, {
  compose: composed,
  'push to green': pushToGreen,
  administration,
  grpcurl: cookbook,
  'kill -9 in the middle of a build': (world) => survive(world, PROCESSES),
  settings,
  identity,
  orchestration,
  installs,
  containers,
  backup: composedBackup,
});
