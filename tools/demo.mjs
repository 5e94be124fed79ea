// Fills the demo, once: signs in at the simulated GitHub as a browser would,
// adds the project octo/hello with one hook, and makes sure of a first build.
// node demo.mjs GATEWAY-URL SIMULATOR-URL; prints the address of the newest build.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [gateway, simulator] = process.argv.slice(2);
const LOGIN = 'octo';
const REPOSITORY = 'octo/hello';
const HOOK = { title: 'Test', image: 'debian:12', script: '#!/bin/bash\nset -e\n./build.sh\n./test.sh\n' };
const TIMEOUT_MS = 30_000;

const cookies = new Map();
let csrfToken = '';

/** One request to the gateway or the simulator, with the gateway's cookies; redirects are not followed. */
async function request(url, options = {}) {
  const headers = new Headers(options.headers);
  if (url.startsWith(`${gateway}/`)) {
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
  }
  const answer = await fetch(url, { ...options, headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (name) cookies.set(name, value);
  }
  return answer;
}

function redirectOf(answer, what) {
  const location = answer.headers.get('location');
  if (!location) throw new Error(`${what} answered ${answer.status} instead of a redirect`);
  return new URL(location, answer.url).href;
}

async function signIn() {
  const authorize = redirectOf(await request(`${gateway}/_auth/?next=/`), 'The sign-in page');
  if (!authorize.startsWith(`${simulator}/`)) throw new Error(`Sign-in leads to ${authorize}`);
  const page = await request(authorize);
  if (page.status !== 200) throw new Error(`The simulated GitHub's authorize page answered ${page.status}`);
  const callback = redirectOf(await request(authorize, {
    method: 'POST',
    body: new URLSearchParams({ login: LOGIN, decision: 'authorize' }),
  }), 'The simulated GitHub');
  const home = redirectOf(await request(callback), 'The sign-in\'s end');
  if (home.includes('error=')) throw new Error(`Sign-in ended at ${home}`);
  csrfToken = (await api('GET', '/me')).csrf_token;
}

async function api(method, path, body) {
  const answer = await request(`${gateway}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`);
  return text === '' ? null : JSON.parse(text);
}

async function project() {
  const { projects } = await api('GET', '/projects');
  return projects.find((one) => one.repository === REPOSITORY) ??
    api('POST', '/projects', { repository: REPOSITORY });
}

async function makeSureOfHook(id) {
  const { hooks } = await api('GET', `/projects/${id}/hooks`);
  if (hooks.length === 0) await api('POST', `/projects/${id}/hooks`, HOOK);
}

function push() {
  const folder = mkdtempSync(join(tmpdir(), 'kozmic-demo-'));
  const git = (...args) => execFileSync('git', args, {
    cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], timeout: TIMEOUT_MS,
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', HOME: folder },
  });
  try {
    git('clone', '--quiet', `${simulator}/${REPOSITORY}.git`, '.');
    writeFileSync(join(folder, 'HELLO.md'), 'This repository is built by Kozmic CI.\n');
    git('add', 'HELLO.md');
    git('-c', 'user.name=Octo Cat', '-c', 'user.email=octo@example.com', 'commit', '--quiet', '-m', 'Say hello to Kozmic CI');
    git('push', '--quiet');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function firstBuild(id) {
  const newest = async () => (await api('GET', `/projects/${id}/builds?limit=1`)).builds[0];
  let build = await newest();
  if (!build) push();
  const deadline = Date.now() + TIMEOUT_MS;
  while (!build || build.status === 'enqueued') {
    if (Date.now() > deadline) throw new Error(build ? 'The first build is not started' : 'The push made no build');
    await new Promise((resolve) => setTimeout(resolve, 100));
    build = await newest();
  }
  return build;
}

await signIn();
const { id } = await project();
await makeSureOfHook(id);
const build = await firstBuild(id);
await request(`${gateway}/logout/`, { method: 'POST', headers: { 'x-csrf-token': csrfToken } });
console.log(`${gateway}/projects/${id}/builds/${build.number}/`);
