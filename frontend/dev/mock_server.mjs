// Serves dist/ and a made-up API as gateway/API.md describes it, with the gateway's security headers.
// GET /dev/push?project=1 makes a build (&fork=o/n of a pull request that waits for approval), /dev/break drops all streams, /dev/grow?log=<id>&lines=n
// adds to a log (&text=words), /dev/log?log=<id> gives a finished one groups (&failed) or &lines=n of &text=words (&damaged on its way), /dev/finish?project=1 ends the running build, /dev/begin?project=1&build=n runs what waits, /dev/outage?ms=n refuses everything,
// /dev/role?project=1&role=member makes one something else, /dev/fail?method=POST&path=/api/v1/projects&
// status=503&code=github_unavailable has such requests fail until /dev/fail, /dev/admin?no makes the
// one who looks no administrator (&empty without runners and queue), /dev/repositories is in
// mock_repositories.mjs.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { admin, world } from './mock_admin.mjs';
import { account, CSRF } from './mock_account.mjs';
import { answerBuilds, begin, finish } from './mock_builds.mjs';
import { addProject, builds, logs, makeBuild, projects, removeProject, sha256 } from './mock_data.mjs';
import { answerDeliveries } from './mock_deliveries.mjs';
import { error, json, readBody, refuse } from './mock_http.mjs';
import { answerLog, groupedLog, searchLogs } from './mock_logs.mjs';
import { forget, repositories, setRepositories } from './mock_repositories.mjs';
import { answerSettings } from './mock_settings.mjs';

const DIST = new URL('../dist/', import.meta.url).pathname;
const PORT = Number(process.env.PORT ?? 8090);
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; " +
  "img-src 'self' data: https://avatars.githubusercontent.com; font-src 'self'; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types ci-worker";
const TYPES = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', html: 'text/html; charset=utf-8' };

const streams = new Set();
let refusedUntil = 0;
/** What is to fail: { method, path, status, code }, or null. */
let failing = null;

function send(stream, event, data, id) {
  stream.response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function touch(build) {
  build.revision++;
  for (const stream of streams) {
    if (stream.projects.has(build.project_id)) {
      send(stream, 'project', { project_id: build.project_id, revision: build.revision, builds: [build] });
    }
  }
}

function pump(stream) {
  for (const [id, offset] of stream.logs) {
    const log = logs.get(id);
    if (!log) continue;
    for (let at = offset; at < log.bytes.length; at += 8192) {
      const part = log.bytes.subarray(at, at + 8192);
      stream.logs.set(id, at + part.length);
      send(stream, 'log', { log: id, offset: at, bytes: part.toString('base64') }, [...stream.logs.values()].join());
    }
    if (log.sealed) {
      send(stream, 'log_end', { log: id, size: log.bytes.length, sha256: sha256(log.bytes), expired: false });
      stream.logs.delete(id);
    }
  }
}

function append(id, text) {
  const log = logs.get(id);
  log.bytes = Buffer.concat([log.bytes, Buffer.from(text)]);
  for (const stream of streams) pump(stream);
}

/** Replaces what a job of a finished build has written. */
function setLog(id, bytes, damaged) {
  const [project, number, job] = id.split('/').map(Number);
  const known = builds.get(project).find((one) => one.number === number).jobs[job - 1];
  logs.set(id, { bytes, sealed: true, damaged });
  for (const phase of known.phases) phase.log_offset = null;
  known.log = { id, size: bytes.length, sealed: true, sha256: sha256(bytes), expired: false };
}

function running() {
  return builds.get(1).find((build) => build.status === 'pending');
}

function end(build, status) {
  finish(build, status);
  for (const stream of streams) pump(stream);
  touch(build);
}

let ticks = 0;
setInterval(() => {
  const build = running();
  if (!build || process.env.STILL) return;
  append(`1/${build.number}/1/1`, `\x1b[36m${new Date().toISOString()}\x1b[0m still working, step ${++ticks}\n`);
}, 400);
setInterval(() => streams.forEach((stream) => stream.response.write(': heartbeat\n\n')), 10_000);

function openStream(request, response, query) {
  const entry = { response, projects: new Set(query.getAll('project').map(Number)), logs: new Map() };
  for (const value of query.getAll('log')) {
    const parts = /^(\d+\/\d+\/\d+\/\d+)@(\d+)$/.exec(value);
    if (!parts) return error(response, 400, 'bad_log', 'log must be <id>@<offset>');
    entry.logs.set(parts[1], Number(parts[2]));
  }
  if (entry.projects.size + entry.logs.size > 40) return error(response, 400, 'too_many', 'at most 40');
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': hello\n\n');
  streams.add(entry);
  request.on('close', () => streams.delete(entry));
  for (const id of entry.projects) {
    if (builds.has(id)) send(entry, 'project', { project_id: id, revision: 1, builds: builds.get(id).slice(0, 10) });
  }
  pump(entry);
}

/** Repositories named *secret* do not exist; others of those names fail as they say. */
async function createProject(request, response) {
  const body = await readBody(request, response, ['repository']);
  if (!body) return undefined;
  const { repository = '' } = body;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) return refuse(response, 'repository', 'must be like owner/name');
  if (repository.includes('secret')) return error(response, 404, 'repository_not_found', 'GitHub shows you no such repository');
  if (repository.includes('readonly')) return error(response, 403, 'admin_needed', 'you need admin rights to the repository at GitHub');
  if (repository.includes('unavailable')) return error(response, 503, 'github_unavailable', 'GitHub does not answer');
  if (repository.includes('revoked')) return error(response, 401, 'sign_in_needed', 'GitHub no longer accepts your token');
  if (projects.some((known) => known.repository === repository)) return error(response, 409, 'project_exists', 'this repository has a project already');
  forget(repository);
  return json(response, 201, { ...addProject(repository), latest_build: null });
}

async function deleteProject(request, response, project) {
  const body = await readBody(request, response, ['repository']);
  if (!body) return undefined;
  if (project.role !== 'owner') return error(response, 403, 'permission_denied', 'your role in this project does not allow that');
  if (body.repository !== project.repository) return refuse(response, 'repository', 'is not the name of this project');
  removeProject(project);
  return json(response, 202, {});
}

async function api(request, response, path, query) {
  if (!/kozmic_session=/.test(request.headers.cookie ?? '')) {
    return error(response, 401, 'signed_out', 'Sign in first.');
  }
  const changing = request.method !== 'GET';
  if (changing && request.headers['x-csrf-token'] !== CSRF) {
    return error(response, 403, 'csrf', 'The page is out of date. Reload it.');
  }
  if (failing && path.startsWith(failing.path) && (failing.method ?? request.method) === request.method) {
    return error(response, failing.status, failing.code, `This was to fail with ${failing.status}.`);
  }
  if (/^\/api\/v1\/me(\/|$)/.test(path)) return account(request, response, path);
  if (path.startsWith('/api/v1/admin/')) return admin(request, response, path, query);
  if (path.startsWith('/api/v1/repositories')) return repositories(request, response, path);
  if (path === '/api/v1/stream') return openStream(request, response, query);
  if (path === '/api/v1/projects') {
    if (changing) return createProject(request, response);
    return json(response, 200, { projects: projects.map((p) => ({ ...p, latest_build: builds.get(p.id)[0] ?? null })) });
  }
  const [, id, rest] = /^\/api\/v1\/projects\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const project = projects.find((p) => p.id === Number(id));
  if (!project) return error(response, 404, 'not_found', 'There is no such project.');
  const list = builds.get(project.id);
  if (!rest && request.method === 'DELETE') return deleteProject(request, response, project);
  if (!rest) return json(response, 200, { ...project, latest_build: list[0] ?? null });
  if (await answerSettings(request, response, project, rest, `http://${request.headers.host}`)) return undefined;
  if (await answerBuilds(request, response, project, rest, touch)) return undefined;
  if (answerDeliveries(response, project, rest, query)) return undefined;
  if (rest === '/builds') {
    const before = Number(query.get('before') ?? Infinity);
    const limit = Math.min(Number(query.get('limit') ?? 20), Number(process.env.PAGE ?? 25));
    const has = (text, name) => text.toLowerCase().includes((query.get(name) ?? '').toLowerCase());
    const wanted = list.filter((b) =>
      b.number < before && (query.get('status') ?? b.status).split(',').includes(b.status) && has(b.branch, 'branch') &&
      has(`${b.author.login}\n${b.author.name}`, 'author') && (has(b.message, 'q') || b.commit.startsWith(query.get('q'))));
    const page = wanted.slice(0, limit);
    const last = page.at(-1)?.number ?? 0;
    return json(response, 200, { builds: page, next_before: wanted.some((b) => b.number < last) ? last : null });
  }
  if (rest === '/logs/search') return searchLogs(response, project, query);
  const [, number, job, what] = /^\/builds\/(latest|\d+)(?:\/jobs\/(\d+)\/log(?:\/(times))?)?$/.exec(rest) ?? [];
  const build = number === 'latest' ? list[0] : list.find((b) => b.number === Number(number));
  if (!build) return error(response, 404, 'not_found', 'There is no such build.');
  if (!job) return json(response, 200, build);
  return answerLog(response, `${id}/${number}/${job}/${query.get('attempt') ?? 1}`, what, query);
}

function dev(response, path, query) {
  const project = Number(query.get('project') ?? 1);
  if (path === '/dev/avatar.svg') {
    return response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10" fill="#7a5cd6"/><circle cx="5" cy="4" r="2" fill="#fff"/><path d="M1 10a4 3.5 0 0 1 8 0" fill="#fff"/></svg>');
  }
  if (path === '/dev/push') {
    const number = (builds.get(project)[0]?.number ?? 0) + 1;
    const build = makeBuild(project, number, query.get('status') ?? 'enqueued', { message: `Push number ${number}`, age: 0 });
    const fork = query.get('fork');
    if (fork) {
      Object.assign(build, { trigger: 'pull_request', pull_request: 3, fork, approval: { approver: null, approved_at: null } });
      build.jobs.forEach((job) => Object.assign(job, { gate: 'approval' }));
    }
    builds.get(project).unshift(build);
    touch(build);
  } else if (path === '/dev/break') {
    streams.forEach((entry) => entry.response.destroy());
  } else if (path === '/dev/outage') {
    refusedUntil = Date.now() + Number(query.get('ms') ?? 4000);
    streams.forEach((entry) => entry.response.destroy());
  } else if (path === '/dev/finish') {
    const build = builds.get(project).find((b) => b.status === 'pending');
    if (build) end(build, query.get('status') ?? 'success');
  } else if (path === '/dev/begin') {
    const build = builds.get(project).find(({ number }) => number === Number(query.get('build')));
    begin(build);
    touch(build);
  } else if (path === '/dev/role') {
    projects.find(({ id }) => id === project).role = query.get('role');
  } else if (path === '/dev/fail') {
    failing = query.get('path') && {
      method: query.get('method') ?? undefined, path: query.get('path'),
      status: Number(query.get('status') ?? 503), code: query.get('code') ?? 'unavailable',
    };
  } else if (path === '/dev/admin') {
    Object.assign(world, { admin: !query.has('no'), empty: query.has('empty') });
  } else if (path === '/dev/repositories') {
    setRepositories(query);
  } else if (path === '/dev/grow') {
    const lines = Number(query.get('lines') ?? 10);
    append(query.get('log'), Array.from({ length: lines }, (_, i) => `${query.get('text') ?? 'grown'} ${i}\n`).join(''));
  } else if (path === '/dev/log') {
    const lines = Number(query.get('lines') ?? 0);
    const text = query.get('text');
    const bytes = lines ? Buffer.from(Array.from({ length: lines }, (_, i) => `${text ?? 'A line of an ordinary length, number'} ${i + 1}\n`).join('')) : groupedLog(query.has('failed'));
    setLog(query.get('log'), bytes, query.has('damaged') ? Buffer.from(bytes).fill(0x21, 0, 1) : undefined);
  } else {
    return error(response, 404, 'not_found', 'nothing here');
  }
  response.writeHead(204).end();
}

function badge(response, path) {
  const word = path.endsWith('/main') ? ['passing', '#1a7f4e'] : ['no builds', '#5a5f72'];
  response.writeHead(200, { 'content-type': 'image/svg+xml', 'cache-control': 'no-cache, max-age=0' }).end(
    `<svg xmlns="http://www.w3.org/2000/svg" width="118" height="20"><rect width="118" height="20" rx="3" fill="#3a3f4f"/><path d="M52 0h63a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H52z" fill="${word[1]}"/><g fill="#fff" font-family="DejaVu Sans,sans-serif" font-size="11"><text x="7" y="14">kozmic</text><text x="60" y="14">${word[0]}</text></g></svg>`);
}

function file(response, path) {
  const name = path.startsWith('/assets/') ? path : '/index.html';
  try {
    const bytes = readFileSync(join(DIST, name));
    response.writeHead(200, {
      'content-type': TYPES[name.split('.').at(-1)] ?? 'application/octet-stream',
      'content-security-policy': CSP, 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin',
    });
    response.end(bytes);
  } catch {
    error(response, 404, 'not_found', 'no such file');
  }
}

createServer((request, response) => {
  const { pathname: path, searchParams: query } = new URL(request.url, 'http://mock');
  if (Date.now() < refusedUntil && !path.startsWith('/dev/')) return response.destroy();
  if (path === '/_auth/') {
    const next = query.get('next') ?? '/';
    return response.writeHead(303, { location: next, 'set-cookie': 'kozmic_session=mock; Path=/; HttpOnly; SameSite=Lax' }).end();
  }
  if (path === '/logout/') {
    if (request.method !== 'POST' || request.headers['x-csrf-token'] !== CSRF) {
      return error(response, 403, 'csrf', 'The page is out of date. Reload it.');
    }
    return response.writeHead(204, { 'set-cookie': 'kozmic_session=; Path=/; Max-Age=0' }).end();
  }
  if (path.startsWith('/api/')) return void api(request, response, path, query);
  if (path.startsWith('/badges/')) return badge(response, path);
  if (path.startsWith('/dev/')) return dev(response, path, query);
  return file(response, path);
}).listen(PORT, '127.0.0.1', function listening() {
  console.log(`http://127.0.0.1:${this.address().port}/`);
});
