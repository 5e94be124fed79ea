// A whole Kozmic of its own in containers, by compose.yml and the images that ./kozmic images builds.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { engineCall, leftovers, removeInstalls } from './engine.js';
import { ROOT, kozmicWith } from './installation.js';
import { freePorts } from './ports.js';
import { waitFor } from './wait.js';

const run = promisify(execFile);
const PROJECT = 'kozmic-e2e';
const STATE = process.env.KOZMIC_STATE ?? join(ROOT, '.kozmic');
const START_TIMEOUT_MS = 5 * 60_000;
/** By which services answer administrators, inside the containers. */
const RPC_PORTS = { auth: 7101, project: 7102, build: 7103, logstream: 7105 };

/** The simulated GitHub, which is started anew when somebody kills it, as its users would expect of GitHub. */
async function startGithub(folder, host, port, sshPort) {
  const simulator = { process: null, stopping: false };
  const start = async () => {
    const child = spawn(process.execPath, [join(ROOT, 'tests/github_simulator/main.js'),
      '--listen', `${host}:${port}`, '--ssh-port', String(sshPort), '--data', folder,
      '--seed', join(ROOT, 'tests/github_simulator/seeds/demo.json')], { stdio: ['ignore', 'pipe', 'inherit'] });
    simulator.process = child;
    child.on('exit', () => simulator.stopping || void start());
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    return JSON.parse(line);
  };
  simulator.urls = await start();
  return simulator;
}

/** Starts it with the demo's project; `stop` removes every trace of it. */
export async function startComposed() {
  const socket = process.env.DOCKER_HOST?.replace('unix://', '');
  if (!socket) throw new Error('DOCKER_HOST must name the engine that has the images');
  const engine = (method, path, options) => engineCall(socket, method, path, options);
  const info = JSON.parse(await engine('GET', '/info'));
  const bridge = JSON.parse(await engine('GET', '/networks/bridge'));
  // An address of this machine that containers reach, too.
  const host = bridge.IPAM.Config[0].Gateway;

  const folder = mkdtempSync('/var/tmp/kozmic-compose-');
  const [port, build, logstream, runner, runnerMetrics, githubPort, sshPort] = await freePorts(7);
  const github = await startGithub(join(folder, 'github'), host, githubPort, sshPort);
  const gateway = `http://127.0.0.1:${port}`;
  const environment = {
    COMPOSE_PROJECT_NAME: PROJECT,
    KOZMIC_PUBLIC_URL: gateway,
    KOZMIC_LISTEN: `127.0.0.1:${port}`,
    KOZMIC_GITHUB_CLIENT_ID: 'kozmic-demo',
    KOZMIC_GITHUB_CLIENT_SECRET: 'kozmic-demo-secret',
    KOZMIC_GITHUB_WEB_URL: github.urls.url,
    KOZMIC_GITHUB_API_URL: `${github.urls.url}/api/v3`,
    KOZMIC_GITHUB_SSH_URL: github.urls.ssh,
    KOZMIC_AVATAR_ORIGINS: github.urls.url,
    KOZMIC_ADMINS: 'octo',
    KOZMIC_SLOTS: '2',
    KOZMIC_BUILD_PORT: String(build),
    KOZMIC_LOGSTREAM_PORT: String(logstream),
    KOZMIC_RUNNER_PORT: String(runner),
    KOZMIC_RUNNER_METRICS_LISTEN: `127.0.0.1:${runnerMetrics}`,
    KOZMIC_RUNNER_FOLDER: join(folder, 'runner'),
    KOZMIC_DOCKER_SOCKET: socket,
    KOZMIC_DOCKER_ROOT: info.DockerRootDir,
  };
  const compose = async (...args) => (await run('docker-compose', ['--file', join(ROOT, 'compose.yml'), ...args], {
    env: { ...process.env, ...environment }, timeout: START_TIMEOUT_MS, maxBuffer: 64 << 20,
  })).stdout;
  /** A command line of the documentation, as its reader types it. */
  const shell = (line) => run('bash', ['-ec', `docker() { shift; docker-compose "$@"; }; ${line}`], {
    cwd: folder, env: { ...process.env, ...environment, COMPOSE_FILE: join(ROOT, 'compose.yml') },
    timeout: START_TIMEOUT_MS,
  });
  const stop = async () => {
    await compose('down', '--volumes', '--timeout', '20');
    await removeInstalls(socket);
    github.stopping = true;
    github.process.kill('SIGTERM');
    if (github.process.exitCode === null && github.process.signalCode === null) await once(github.process, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  /** name → container of every service that runs. */
  const containers = async () => {
    const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${PROJECT}`] }));
    const found = new Map();
    for (const { Id } of JSON.parse(await engine('GET', `/containers/json?filters=${filters}`))) {
      const container = JSON.parse(await engine('GET', `/containers/${Id}/json`));
      found.set(container.Config.Labels['com.docker.compose.service'], container);
    }
    return found;
  };
  const healthy = () => waitFor('all containers to be healthy', async () => {
    const all = [...await containers()].filter(([, { State }]) => State.Health);
    return all.length === 8 && all.every(([, { State }]) => State.Health.Status === 'healthy');
  }, { seconds: 120 });
  const addressOf = (container) => Object.values(container.NetworkSettings.Networks)[0].IPAddress;

  try {
    // Of a run that was killed.
    await compose('down', '--volumes');
    await compose('up', '--detach');
    await healthy();
    await run(process.execPath, [join(ROOT, 'tools/demo.mjs'), gateway, github.urls.url], { timeout: 120_000 });
  } catch (error) {
    const log = await compose('logs', '--tail=20').catch(() => '');
    await stop();
    throw new Error(`${error.message}\n${error.stderr ?? ''}\n${log}`, { cause: error });
  }
  const addresses = new Map([...await containers()].map(([name, container]) => [name, addressOf(container)]));
  return {
    gateway,
    github: github.urls.url,
    rpcAddress: (name) => (name === 'runner' ? `127.0.0.1:${runner}` : `${addresses.get(name)}:${RPC_PORTS[name]}`),
    metrics: (name) => `http://${name === 'runner' ? `127.0.0.1:${runnerMetrics}` : `${addresses.get(name)}:9464`}/metrics`,
    runLocally: (token, ...args) => kozmicWith(
      { KOZMIC_STATE: STATE, KOZMIC_TOKEN: token, DOCKER_HOST: `unix://${socket}` }, 'run', ...args),
    runnerToken: async () => (await compose('exec', '-T', 'runner', 'cat', '/secrets/runner/runner-token')).trim(),
    compose,
    shell,
    containers,
    healthy,
    stop,
    async processes() {
      const pids = new Map([['simulator', github.process.pid]]);
      for (const [name, { State }] of await containers()) if (State.Running) pids.set(name, State.Pid);
      return pids;
    },
    engine,
    leftovers: () => leftovers(socket, join(folder, 'runner/work')),
    async query(sql) {
      return (await compose('exec', '-T', 'postgres', 'psql', '-qAtX', '-d', 'kozmic', '-c', sql)).trim();
    },
  };
}
