// A whole Kozmic of its own for a test run, by the same command that its users type.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const STATE = '/var/tmp/kozmic-e2e';
const UP_TIMEOUT_MS = 20 * 60_000;

/** Runs ./kozmic with the given arguments; its output is in the error when it fails. */
const kozmic = (...args) => kozmicWith({}, ...args);

/** The same, with variables in its environment. */
async function kozmicWith(environment, ...args) {
  try {
    const { stdout } = await run(join(ROOT, 'kozmic'), args, {
      env: { ...process.env, KOZMIC_STATE: STATE, ...environment },
      timeout: UP_TIMEOUT_MS,
      maxBuffer: 64 << 20,
    });
    return stdout;
  } catch (error) {
    throw new Error(`./kozmic ${args.join(' ')} failed: ${error.stdout}\n${error.stderr}`);
  }
}

/** One answer of the Docker Engine API. */
function engineGet(socketPath, path) {
  return new Promise((resolve, reject) => {
    http.get({ socketPath, path, timeout: 10_000 }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => { text += chunk; });
      answer.on('end', () => resolve(JSON.parse(text)));
    }).on('error', reject);
  });
}

/** The same of a call that changes something. Answers that stream are collected. */
function engineCall(socketPath, method, path, { body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const call = http.request({
      socketPath, method, path, timeout: 60_000,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => { text += chunk; });
      answer.on('end', () => {
        const failed = answer.statusCode >= 400 || /"error":/.test(text);
        if (failed) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        else resolve(text);
      });
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Starts the demo; `stop` removes every trace of it. */
export async function startInstallation() {
  if (existsSync(STATE)) await kozmic('down', '--purge', '--yes');
  const greeting = await kozmic('up');
  const port = (name) => readFileSync(join(STATE, 'ports', name), 'utf8').trim();
  const address = (name) => `http://127.0.0.1:${port(name)}`;
  return {
    greeting,
    gateway: address('gateway'),
    github: address('simulator'),
    /** The built page, as the gateway is given it. */
    pageFolder: join(STATE, 'web'),
    rpcAddress: (name) => `127.0.0.1:${port(name)}`,
    up: () => kozmic('up'),
    status: () => kozmic('status'),
    /** ./kozmic run, as who has the access token, on the runner's engine; the log that it prints. */
    runLocally: (token, ...args) => kozmicWith({
      KOZMIC_TOKEN: token,
      DOCKER_HOST: readFileSync(join(STATE, 'engine'), 'utf8').trim(),
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
    engine: (method, path, options) => engineCall(
      readFileSync(join(STATE, 'engine'), 'utf8').trim().replace('unix://', ''), method, path, options),
    /** What jobs have left behind: containers, volumes, networks of ours, and work folders. */
    async leftovers() {
      const engine = readFileSync(join(STATE, 'engine'), 'utf8').trim().replace('unix://', '');
      const filter = encodeURIComponent(JSON.stringify({ label: ['kozmic.attempt'] }));
      const containers = await engineGet(engine, `/containers/json?all=1&filters=${filter}`);
      const volumes = await engineGet(engine, `/volumes?filters=${filter}`);
      const networks = await engineGet(engine, `/networks?filters=${filter}`);
      const work = join(STATE, 'runner/work');
      return [
        ...containers.map((one) => `container ${one.Names}`),
        ...networks.map((one) => `network ${one.Name}`),
        ...(volumes.Volumes ?? []).map((one) => `volume ${one.Name}`),
        ...(existsSync(work) ? readdirSync(work) : [])
          .filter((name) => name !== 'kozmic-init').map((name) => `folder ${name}`),
      ];
    },
    /** One value from the database, as its administrator sees it. */
    async query(sql) {
      const { stdout } = await run('psql', ['-qAtX', '-h', '127.0.0.1', '-p', port('postgres'),
        '-U', 'postgres', '-d', 'kozmic', '-c', sql], {
        env: { ...process.env, PGPASSWORD: readFileSync(join(STATE, 'secrets/postgres'), 'utf8') },
      });
      return stdout.trim();
    },
  };
}
