import { WallClock } from './base/clock.js';
import { parseOptions, USAGE } from './options.js';
import { Simulator } from './simulator.js';

async function main() {
  let options;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    process.exit(2);
  }
  const simulator = await Simulator.start(options, new WallClock());
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await simulator.stop();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.stdout.write(`${JSON.stringify({
    url: simulator.urls.web, ...(simulator.urls.ssh && { ssh: simulator.urls.ssh }),
  })}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exit(1);
});
