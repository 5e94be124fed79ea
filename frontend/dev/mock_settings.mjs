// The made-up settings of projects: hooks, members, secrets, deploy key, badge.
import { createHash } from 'node:crypto';
import { addChange, answerHistory, answerSettingsFile, fieldChanges } from './mock_history.mjs';
import { error, json, later, nothing, readBody, refuse } from './mock_http.mjs';

const start = Date.now();
const ago = (seconds) => new Date(start - seconds * 1000).toISOString();
const HOOK_FIELDS = ['title', 'image', 'script', 'install_script', 'tracked_files', 'enabled', 'branches', 'events', 'labels', 'timeout_seconds', 'stall_timeout_seconds', 'max_parallel', 'services'];
const DEFAULTS = { install_script: '', tracked_files: [], enabled: true, branches: [], events: ['push', 'pull_request'], labels: [], timeout_seconds: 3600, stall_timeout_seconds: 900, max_parallel: 0, services: [] };

/** Project id → its settings. */
const settings = new Map();
let lastHook = 0;
let lastKey = 0;
let lastNotification = 2;

export const hooksOf = (project) => settings.get(project).hooks;

function key() {
  const seed = createHash('sha256').update(`key ${++lastKey}`).digest('base64');
  return {
    type: 'ssh-ed25519', public_key: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${seed.slice(0, 43)}`,
    fingerprint: `SHA256:${seed.slice(0, 43)}`, state: 'present', error: '',
    created_at: new Date().toISOString(), checked_at: new Date().toISOString(),
  };
}

const person = (id, login, name, avatar_url = '') => ({ id, login, name, avatar_url });

export function addSettings({ id, private: isPrivate }) {
  settings.set(id, {
    hooks: [],
    members: {
      members: [
        { user: person(1, 'ada', 'Ada Lovelace', '/dev/avatar.svg'), role: 'owner' },
        { user: person(2, 'grace', 'Grace Hopper'), role: 'manager' },
        { user: person(3, 'linus', '', '/dev/missing.png'), role: 'manager' },
        { user: person(4, 'a-login-of-thirty-nine-characters-12345', '<script>alert("名前")</script> von und zu einem Namen, der nicht endet'), role: 'member' },
        { user: person(5, 'margaret', 'Margaret Hamilton'), role: 'member' },
      ],
      synced_at: ago(5000), sync_error: '',
    },
    secrets: [],
    registries: [],
    builds: { fail_fast: false, cancel_superseded_pull_requests: true, cancel_superseded_branches: false, max_parallel: 0, retry_lost: false, mail: true, submodules: false, log_days: 0, log_builds: 0, log_failures: 10 },
    notifications: [],
    changes: [],
    key: isPrivate ? key() : null,
    token: isPrivate ? 'b4dg3t0ken' : null,
  });
}

export function addHook(project, fields) {
  const hook = { id: ++lastHook, ...DEFAULTS, ...fields, created_at: new Date().toISOString(), updated_at: new Date().toISOString() };
  hooksOf(project).push(hook);
  return hook;
}

export function fillSettings() {
  addHook(1, { title: 'Tests', image: 'debian:12', script: '#!/bin/bash\nset -e\n\nmake -j2\nmake test\n', install_script: '#!/bin/bash\napt-get install -y make\n', tracked_files: ['Makefile', 'tools/setup'], branches: ['main', 'release/**'], events: ['push', 'pull_request', 'tag'] });
  addHook(1, { title: 'Nightly lint', image: 'alpine:3.22', script: 'make lint\n', enabled: false });
  addHook(1, {
    title: 'A title as long as titles get when somebody means every word of it <b>and</b> some more',
    image: 'registry.example.com:5000/acme/a-build-image-with-a-long-name:2025.11.23-slim',
    branches: ['main', 'release/*', 'feature/**', 'hotfix/**', 'a-branch-with-a-name-that-goes-on-and-on-and-on-and-on'],
    script: `#!/bin/bash\nset -euo pipefail\n\n${Array.from({ length: 24 }, (_, i) => `./run --step ${i} --with "a line that is wider than any phone, and than the card as well" --and <tags>`).join('\n')}\n`,
  });
  addHook(2, { title: 'Tests', image: 'node:22', script: '#!/bin/bash\nset -e\n\nnpm ci\nnpm test\n' });
  addHook(6, { title: 'Tests', image: 'debian:12', script: '#!/bin/bash\nset -e\n\necho "It works!"\n' });
  addHook(9, { title: 'Tests', image: 'debian:12', script: 'make test\n', labels: ['gpu', 'linux'], timeout_seconds: 7200, stall_timeout_seconds: 100, max_parallel: 2, services: [{ name: 'db', image: 'postgres:16', environment: { POSTGRES_PASSWORD: 'test', POSTGRES_DB: 'a-name-of-a-database-that-is-longer-than-the-field-that-it-is-in' } }, { name: 'cache', image: 'registry.example.com:5000/acme/a-redis-with-a-long-name:7-alpine', environment: {} }] });
  settings.get(9).notifications = [
    { id: 1, url: 'https://chat.example.com/hooks/builds', created_at: ago(90_000), last_at: ago(400), last_result: '204', waiting: 0 },
    { id: 2, url: 'https://dashboard.example.com/a/path/that/is/long/enough/to/need/more/than/one/line/on/a/phone?token=abc', created_at: ago(90_000), last_at: ago(30), last_result: 'The connection was refused.', waiting: 3 },
  ];
  const { changes } = settings.get(9);
  addChange(changes, { subject: 'hooks/6', title: 'Tests', action: 'added', at: ago(90_000), fields: fieldChanges(HOOK_FIELDS, {}, hooksOf(9)[0]) });
  addChange(changes, { subject: 'secrets/TOKEN', title: 'TOKEN', action: 'added', login: 'grace', at: ago(80_000) });
  addChange(changes, { subject: 'settings', login: 'grace', by_access_token: true, at: ago(7_000), fields: fieldChanges(['max_parallel', 'mail'], { max_parallel: 0, mail: false }, { max_parallel: 4, mail: true }) });
  addChange(changes, { subject: 'hooks/6', title: 'Tests', at: ago(600), fields: fieldChanges(['script', 'labels', 'timeout_seconds'], { script: '#!/bin/bash\nset -e\n\nmake\nmake test\n', labels: ['linux'], timeout_seconds: 3600 }, { script: 'make test\n', labels: ['gpu', 'linux'], timeout_seconds: 7200 }) });
  settings.get(2).secrets = [
    { name: 'NPM_TOKEN', updated_at: ago(90_000), masked: true },
    { name: 'PIN', updated_at: ago(4_000_000), masked: false },
    { name: 'A_NAME_AS_LONG_AS_NAMES_OF_ENVIRONMENT_VARIABLES_GET_WHEN_SOMEBODY_MEANS_EVERY_WORD', updated_at: ago(900), masked: true },
  ];
  settings.get(2).registries = [
    { registry: 'docker.io', username: 'acme-robot', updated_at: ago(9_000_000) },
    { registry: 'a-registry-with-a-name-as-long-as-they-get.eu-central-1.example.com:5000', username: 'a-user-with-a-name-that-is-long-enough-to-need-two-lines-on-a-phone@example.com', updated_at: ago(400) },
  ];
  settings.get(2).members.sync_error = 'GitHub answered with status 502.';
  Object.assign(settings.get(2).key, { state: 'missing', checked_at: ago(300), created_at: ago(9_000_000) });
  Object.assign(settings.get(8).key, { state: 'unknown', checked_at: null, error: 'GitHub could not be asked: it did not answer within 10 seconds.' });
}

function checkHook(response, fields) {
  for (const name of ['title', 'image', 'script']) {
    if (!fields[name]?.trim()) return refuse(response, name, 'This field is required.');
  }
  if (fields.title.length > 200) return refuse(response, 'title', 'At most 200 characters.');
  if (!/^[a-z0-9./:_-]+$/.test(fields.image)) return refuse(response, 'image', 'not the name of an image');
  if (fields.branches?.some((glob) => glob.includes('['))) return refuse(response, 'branches', 'There are no character classes.');
  if (fields.services?.some(({ image }) => image.includes(' '))) return refuse(response, 'services', 'The service "db": "a b" is not a Docker image reference.');
  if (fields.title.includes('refused')) return error(response, 409, 'github_refused', 'GitHub answered 422: Validation Failed');
  return true;
}

function addHookChange(project, before, action, after) {
  const { id, title } = action === 'removed' ? before : after;
  const fields = fieldChanges(HOOK_FIELDS, before, after);
  if (fields.length > 0) addChange(settings.get(project).changes, { subject: `hooks/${id}`, title, action, fields });
}

async function hooks(request, response, project, rest) {
  const list = hooksOf(project.id);
  const { method } = request;
  if (rest === '' && method === 'GET') return json(response, 200, { hooks: list });
  if (rest === '/restore') {
    await later(600);
    return json(response, 200, { hooks: list.map(({ id, title }) => ({ id, title, outcome: ['recreated', 'untouched', 'edited'][id % 3] })) });
  }
  const hook = list.find(({ id }) => rest === `/${id}`);
  if (rest !== '' && !hook) return error(response, 404, 'not_found', 'There is no such hook.');
  if (method === 'GET') return json(response, 200, hook);
  if (method === 'DELETE') {
    list.splice(list.indexOf(hook), 1);
    addHookChange(project.id, hook, 'removed', {});
    return nothing(response);
  }
  const fields = await readBody(request, response, HOOK_FIELDS);
  if (!fields || checkHook(response, fields) !== true) return undefined;
  if (!hook) {
    const added = addHook(project.id, fields);
    addHookChange(project.id, {}, 'added', added);
    return json(response, 201, added);
  }
  const before = { ...hook };
  Object.assign(hook, DEFAULTS, fields, { updated_at: new Date().toISOString() });
  addHookChange(project.id, before, 'changed', hook);
  return json(response, 200, hook);
}

async function secrets(request, response, own, name) {
  if (name === '') return json(response, 200, { secrets: own.secrets });
  const others = own.secrets.filter((known) => known.name !== name);
  if (request.method === 'DELETE') {
    own.secrets = others;
    return nothing(response);
  }
  const body = await readBody(request, response, ['value']);
  if (!body) return undefined;
  if (/^(KOZMIC|CI)/.test(name)) return refuse(response, 'name', 'Must not begin with KOZMIC or CI, which are our own.');
  if (body.value.length > 65_536) return refuse(response, 'value', 'At most 64 KB.');
  const secret = { name, updated_at: new Date().toISOString(), masked: body.value.length >= 4 };
  own.secrets = [...others, secret].sort((a, b) => (a.name < b.name ? -1 : 1));
  return json(response, 200, secret);
}

/** The user “refused” is. */
async function registries(request, response, own, registry) {
  if (registry === '') return json(response, 200, { registries: own.registries });
  const others = own.registries.filter((known) => known.registry !== registry);
  if (request.method === 'DELETE') {
    own.registries = others;
    return nothing(response);
  }
  const body = await readBody(request, response, ['username', 'password']);
  if (!body) return undefined;
  if (body.username === 'refused') return refuse(response, 'username', 'At most 255 characters.');
  const saved = { registry, username: body.username, updated_at: new Date().toISOString() };
  own.registries = [...others, saved].sort((a, b) => (a.registry < b.registry ? -1 : 1));
  return json(response, 200, saved);
}

async function buildSettings(request, response, own) {
  if (request.method === 'PUT') {
    const body = await readBody(request, response, Object.keys(own.builds));
    if (!body) return;
    if (body.max_parallel === 666) return refuse(response, 'max_parallel', 'not that many');
    const fields = fieldChanges(Object.keys(own.builds), own.builds, body);
    if (fields.length > 0) addChange(own.changes, { subject: 'settings', fields });
    Object.assign(own.builds, body);
  }
  json(response, 200, own.builds);
}

/** Addresses at localhost are refused. */
async function notifications(request, response, own, id) {
  if (request.method === 'GET') return json(response, 200, { hooks: own.notifications });
  if (request.method === 'DELETE') {
    own.notifications = own.notifications.filter((known) => `/${known.id}` !== id);
    return nothing(response);
  }
  const body = await readBody(request, response, ['url', 'secret']);
  if (!body) return undefined;
  if (body.url.includes('localhost')) return refuse(response, 'url', 'is an address of the installation’s own network');
  const hook = { id: ++lastNotification, url: body.url, created_at: new Date().toISOString(), last_at: null, last_result: '', waiting: 0 };
  own.notifications = [...own.notifications, hook];
  return json(response, 201, hook);
}

async function deployKey(response, own, rest) {
  if (rest !== '') await later(600);
  if (rest === '/restore' && own.key) Object.assign(own.key, { state: 'present', error: '', checked_at: new Date().toISOString() });
  if (rest === '/rotate' && own.key) own.key = key();
  json(response, 200, { deploy_key: own.key });
}

/** Who needs to be more than a member for what. */
function forbidden(request, rest) {
  return request.method !== 'GET' || /^\/(secrets|registries|deploy_key|notification_hooks|settings\/)/.test(rest);
}

/** Answers true when `rest` is about a project's settings, and has been dealt with. */
export async function answerSettings(request, response, project, rest, base) {
  const [, part, below = ''] = /^\/(hooks|members|secrets|registries|deploy_key|badge|settings|notification_hooks)(\/.*)?$/.exec(rest) ?? [];
  if (!part) return false;
  if (project.role === 'member' && forbidden(request, rest)) {
    error(response, 403, 'permission_denied', 'your role in this project does not allow that');
    return true;
  }
  const own = settings.get(project.id);
  if (part === 'hooks') await hooks(request, response, project, below);
  if (part === 'secrets') await secrets(request, response, own, decodeURIComponent(below.slice(1)));
  if (part === 'registries') await registries(request, response, own, decodeURIComponent(below.slice(1)));
  const query = new URL(request.url, base).searchParams;
  if (part === 'settings' && below.startsWith('/changes')) answerHistory(response, own.changes, below.slice('/changes/'.length), query);
  else if (part === 'settings' && below === '/file') await answerSettingsFile(request, response, own.hooks, query, (fields) => addHook(project.id, fields));
  else if (part === 'settings') await buildSettings(request, response, own);
  if (part === 'notification_hooks') await notifications(request, response, own, below);
  if (part === 'deploy_key') await deployKey(response, own, below);
  if (part === 'members') {
    if (below === '/sync') {
      await later(800);
      Object.assign(own.members, { synced_at: new Date().toISOString(), sync_error: '' });
    }
    json(response, 200, own.members);
  }
  if (part === 'badge') {
    if (below === '/reset') own.token = `t0ken${Date.now()}`;
    json(response, 200, { url: `${base}/badges/${project.repository}`, token: own.token, default_branch: project.default_branch });
  }
  return true;
}
