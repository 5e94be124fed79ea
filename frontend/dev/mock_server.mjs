// Serves dist/ and a made-up API as gateway/API.md describes it, with the gateway's security headers.
// GET /dev/push?project=1 makes a build (&fork=o/n of a pull request that waits for approval), /dev/break drops all streams, /dev/grow?log=<id>&lines=n
// adds to a log (&text=words) and /dev/flood so many of different ones (&rate=n a second, &words=other for no Latin ones),
// /dev/log?log=<id> gives a finished one groups (&failed) or &lines=n of &text=words (&damaged on its way) or of &words=latin (or other), /dev/finish?project=1 ends the running build, /dev/begin?project=1&build=n runs what waits, /dev/outage?ms=n refuses everything,
// /dev/role?project=1&role=member makes one something else, /dev/fail?method=POST&path=/api/v1/projects&
// status=503&code=github_unavailable has such requests fail until /dev/fail, /dev/admin?no makes the
// one who looks no administrator (&empty without runners and queue), /dev/repositories is in
// mock_repositories.mjs.
import { createServer } from 'node:http';
import { admin, world } from './mock_admin.mjs';
import { account, CSRF } from './mock_account.mjs';
import { answerBuilds, begin, finish } from './mock_builds.mjs';
import { addProject, builds, logs, makeBuild, projects, removeProject, sha256 } from './mock_data.mjs';
import { answerDeliveries } from './mock_deliveries.mjs';
import { answerFile, SECURITY } from './mock_files.mjs';
import { error, json, readBody, refuse } from './mock_http.mjs';
import { answerLog, groupedLog, searchLogs } from './mock_logs.mjs';
import { longLog } from './mock_long_logs.mjs';
import { forget, repositories, setRepositories } from './mock_repositories.mjs';
import { answerSettings } from './mock_settings.mjs';
import { append, breakStreams, flood, openStream, pumpAll, touch } from './mock_stream.mjs';

const PORT = Number(process.env.PORT ?? 8090);

let refusedUntil = 0;
/** What is to fail: { method, path, status, code }, or null. */
let failing = null;

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
  pumpAll();
  touch(build);
}

let ticks = 0;
setInterval(() => {
  const build = running();
  if (!build || process.env.STILL) return;
  append(`1/${build.number}/1/1`, `\x1b[36m${new Date().toISOString()}\x1b[0m still working, step ${++ticks}\n`);
}, 400);

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
    breakStreams();
  } else if (path === '/dev/outage') {
    refusedUntil = Date.now() + Number(query.get('ms') ?? 4000);
    breakStreams();
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
  } else if (path === '/dev/flood') {
    flood(query.get('log'), Number(query.get('lines')), Number(query.get('rate') ?? 0), query.get('words') ?? undefined);
  } else if (path === '/dev/log') {
    const lines = Number(query.get('lines') ?? 0);
    const text = query.get('text');
    const words = query.get('words');
    const bytes = words ? longLog(lines, words) : lines ? Buffer.from(Array.from({ length: lines }, (_, i) => `${text ?? 'A line of an ordinary length, number'} ${i + 1}\n`).join('')) : groupedLog(query.has('failed'));
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

createServer((request, response) => {
  const { pathname: path, searchParams: query } = new URL(request.url, 'http://mock');
  for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value);
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
  return answerFile(request, response, path);
}).listen(PORT, '127.0.0.1', function listening() {
  console.log(`http://127.0.0.1:${this.address().port}/`);
});
