// A whole Kozmic of its own for a test run, by the same command that its users type.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { engineCall, leftovers } from './engine.js';

const run = promisify(execFile);
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const STATE = '/var/tmp/kozmic-e2e';
/** Another one, made of a backup of the first. */
const RESTORED_STATE = '/var/tmp/kozmic-e2e-restored';
const UP_TIMEOUT_MS = 20 * 60_000;

/** Runs ./kozmic with variables in its environment and the given arguments; its output is in the error when it fails. */
export async function kozmicWith(environment, ...args) {
  try {
    const { stdout } = await run(join(ROOT, 'kozmic'), args, {
      env: { ...process.env, ...environment },
      timeout: UP_TIMEOUT_MS,
      maxBuffer: 64 << 20,
    });
    return stdout;
  } catch (error) {
    throw new Error(`./kozmic ${args.join(' ')} failed: ${error.stdout}\n${error.stderr}`);
  }
}

/** Starts the demo; `stop` removes every trace of it. */
export const startInstallation = () => startAt(STATE, 'up');

/** Goes on from a backup, in a place of its own. */
export const restoreInstallation = (file) => startAt(RESTORED_STATE, 'restore', file);

async function startAt(state, ...command) {
  const kozmic = (...args) => kozmicWith({ KOZMIC_STATE: state }, ...args);
  if (existsSync(state)) await kozmic('down', '--purge', '--yes');
  return installationAt(state, await kozmic(...command));
}

/** One that runs, of which `greeting` was said. */
export function installationAt(state, greeting) {
  const kozmic = (...args) => kozmicWith({ KOZMIC_STATE: state }, ...args);
  const port = (name) => readFileSync(join(state, 'ports', name), 'utf8').trim();
  const address = (name) => `http://127.0.0.1:${port(name)}`;
  const engineSocket = () => readFileSync(join(state, 'engine'), 'utf8').trim().replace('unix://', '');
  return {
    greeting,
    /** Any other command of ./kozmic. */
    kozmic,
    /** The same with variables in its environment. */
    kozmicWith: (environment, ...args) => kozmicWith({ KOZMIC_STATE: state, ...environment }, ...args),
    gateway: address('gateway'),
    github: address('simulator'),
    /** The built page, as the gateway is given it. */
    pageFolder: join(state, 'web'),
    rpcAddress: (name) => `127.0.0.1:${port(name)}`,
    metrics: (name) => `http://127.0.0.1:${port(`metrics-${name}`)}/metrics`,
    up: () => kozmic('up'),
    status: () => kozmic('status'),
    /** ./kozmic run, as who has the access token, on the runner's engine; the log that it prints. */
    runLocally: (token, ...args) => kozmicWith({
      KOZMIC_STATE: state,
      KOZMIC_TOKEN: token,
      DOCKER_HOST: `unix://${engineSocket()}`,
    }, 'run', ...args),
    stop: () => kozmic('down', '--purge', '--yes'),
    /** name → pid of every supervised process. */
    async processes() {
      const table = await kozmic('status').catch((error) => error.message);
      const pids = new Map();
      for (const [, name, pid] of table.matchAll(/^(\w+) +RUNNING +(\d+)/gm)) {
        pids.set(name, Number(pid));
      }
      return pids;
    },
    /** One call to the Docker engine that jobs run on. */
    engine: (method, path, options) => engineCall(engineSocket(), method, path, options),
    leftovers: () => leftovers(engineSocket(), join(state, 'runner/work')),
    /** One value from the database, as its administrator sees it. */
    async query(sql) {
      const { stdout } = await run('psql', ['-qAtX', '-h', '127.0.0.1', '-p', port('postgres'),
        '-U', 'postgres', '-d', 'kozmic', '-c', sql], {
        env: { ...process.env, PGPASSWORD: readFileSync(join(state, 'secrets/postgres'), 'utf8') },
      });
      return stdout.trim();
    },
  };
}
