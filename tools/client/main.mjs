// The commands of ./kozmic that speak with a server from anywhere.
// node main.mjs COMMAND [ARGUMENT…]; tools/client.sh has the usage.
import { builds } from './builds.mjs';
import { cancel, restart } from './change.mjs';
import { cleanLines } from './clean.mjs';
import { CANNOT_TELL, Failure, Usage } from './failure.mjs';
import { log } from './log.mjs';
import { Output } from './output.mjs';
import { settings } from './settings.mjs';
import { trigger } from './trigger.mjs';
import { watch } from './watch.mjs';

const COMMANDS = { builds, watch, log, trigger, cancel, restart, settings };

/** What nobody thought of says nothing of a build, so it must not look like one that failed. */
function giveUp(error) {
  process.stderr.write(`kozmic: ${command}: this should not happen: ${cleanLines(error.stack ?? error)}\n`);
  process.exit(CANNOT_TELL);
}

const [command, ...argv] = process.argv.slice(2);
process.on('uncaughtException', giveUp);
const output = new Output(process.env);
try {
  if (!Object.hasOwn(COMMANDS, command ?? '')) throw new Usage(`there is no command "${command ?? ''}"`);
  process.exitCode = await COMMANDS[command](argv, { environment: process.env, output });
} catch (error) {
  if (!(error instanceof Failure)) giveUp(error);
  const help = `${error.message.endsWith('?') ? ' See' : '; see'} ./kozmic ${command} --help`;
  output.note(`${command}: ${error.message}${error instanceof Usage ? help : ''}`);
  process.exitCode = error.exit;
}
