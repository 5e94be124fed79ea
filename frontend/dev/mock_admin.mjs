// What administrators see of the made-up installation: /api/v1/admin.
import { error, json, nothing, readBody, refuse } from './mock_http.mjs';

const start = Date.now();
const at = (seconds) => new Date(start + seconds * 1000).toISOString();
const job = (project, build, number, repository, title, phase, seconds) => (
  { project_id: project, build, job: number, repository, title, phase, started_at: at(-seconds) });

let runners = [
  { name: 'big-1.example.com', labels: ['gpu', 'a-label-that-goes-on-for-quite-a-while'], slots: 8, version: '1.4.0', online: true, seen_at: at(-2), started_at: at(-86_400), paused_by: null, paused_at: null, busy: 3,
    jobs: [job(1, 42, 1, 'octo/spoon', 'Unit tests', 'script', 95), job(3, 129, 1, 'acme/a-repository-with-a-name-that-goes-on-and-on-and-on-and-on', 'Build <b>and</b> test everything there is', 'install', 12)] },
  { name: 'big-2', labels: [], slots: 1000, version: '1.4.0', online: true, seen_at: at(-2), started_at: at(-300), paused_by: 'ada', paused_at: at(-60), busy: 1, jobs: [job(2, 8, 2, 'octo/flesh', 'Lint', null, 1)] },
  { name: 'old', labels: ['arm'], slots: 2, version: '', online: false, seen_at: at(-400_000), started_at: at(-900_000), paused_by: null, paused_at: null, busy: 0, jobs: [] },
  { name: 'resting', labels: [], slots: 4, version: '1.3.9', online: true, seen_at: at(-5), started_at: at(-4_000), paused_by: 'a-login-of-some-length', paused_at: at(-3_600), busy: 0, jobs: [] },
];
const WAITS = [
  'It waits for a free place: 8 places of 1 runner that fits it are taken. It is next.',
  'It waits for a runner with the label "windows": none that is online has it.',
  'It comes from a fork and waits until somebody who may configure the project approves it.',
  'It waits for the project’s limit: of its jobs, 2 run at once at most, and 2 are running.',
];
const queue = Array.from({ length: 120 }, (_, index) => ({
  project_id: 1 + (index % 3), build: 50 + index, job: 1, repository: ['octo/spoon', 'octo/flesh', 'acme/a-repository-with-a-name-that-goes-on-and-on-and-on-and-on'][index % 3],
  branch: index % 5 ? 'main' : 'feature/a-branch-with-a-name-that-goes-on-and-on-and-on-and-on', title: index % 4 ? 'Unit tests' : 'Build <b>and</b> test',
  labels: index % 4 === 1 ? ['windows'] : [], queued_at: at(-1000 + index * 5), wait: { job: 1, gate: 'open', ahead: index, fitting_runners: 1, slots: 8, busy_slots: 8, missing_labels: [], limit: 0, sentence: WAITS[index % 4] },
}));

let tokens = [];
const paused = new Map();
for (const runner of runners) runner.registration = null;
runners[3].registration = { creator: 'ada', created_at: at(-90_000), rotated_at: null, revoked_by: null, revoked_at: null };

/** Whether the one who looks is an administrator, and has any runners; see /dev/admin. */
export const world = { admin: true, empty: false };

export function admin(request, response, path, query) {
  if (!world.admin) return error(response, 403, 'admin_needed', 'only administrators may call this');
  const rest = path.slice('/api/v1/admin'.length);
  if (rest === '/runners') return json(response, 200, { runners: world.empty ? [] : runners, next_page_token: null });
  if (rest === '/queue') {
    const from = Number(query.get('page_token') ?? 0);
    const to = from + Number(query.get('limit') ?? 50);
    const jobs = world.empty ? [] : queue.slice(from, to);
    return json(response, 200, { jobs, next_page_token: jobs.length && to < queue.length ? String(to) : null, waiting: world.empty ? 0 : queue.length, running: 4 });
  }
  if (rest === '/registration-tokens' && request.method === 'GET') return json(response, 200, tokens);
  if (rest === '/registration-tokens') {
    return readBody(request, response, ['display_name', 'runner', 'labels', 'lifetime_hours']).then((wanted) => {
      if (wanted === null) return;
      if (/[^a-z0-9._-]/.test(wanted.runner)) return refuse(response, 'runner', 'must be 1 to 63 of a-z, 0-9, "-", ".", "_", or empty');
      const token = { id: tokens.length + 1, display_name: wanted.display_name, runner: wanted.runner || null, labels: wanted.labels, creator: 'ada', created_at: at(0), expires_at: at(3_600), used_at: null, used_by: null };
      tokens = [token, ...tokens];
      return json(response, 201, { registration_token: token, token: 'kzj_2b1UqQ7c8Zx0v3m9n5k1h4g6f8d2s0a7p3o5i9u1y7t' });
    });
  }
  const [, id] = /^\/registration-tokens\/(\d+)$/.exec(rest) ?? [];
  if (id) {
    tokens = tokens.filter((token) => String(token.id) !== id);
    return nothing(response);
  }
  if (rest === '/paused-projects') return json(response, 200, [...paused.values()]);
  const [, project, action] = /^\/projects\/(\d+)\/(pause|resume)$/.exec(rest) ?? [];
  if (project) {
    const repository = queue.find((one) => String(one.project_id) === project)?.repository ?? '';
    const state = { project_id: Number(project), repository, paused_by: action === 'pause' ? 'ada' : null, paused_at: action === 'pause' ? at(0) : null, waiting: 40, running: 1 };
    if (action === 'pause') paused.set(project, state);
    else paused.delete(project);
    return json(response, 200, state);
  }
  const [, ofProject, ofBuild] = /^\/projects\/(\d+)\/builds\/(\d+)\/jobs\/1\/move$/.exec(rest) ?? [];
  if (ofProject) {
    const index = queue.findIndex((one) => String(one.project_id) === ofProject && String(one.build) === ofBuild);
    const [moved] = queue.splice(index, 1);
    queue.unshift(moved);
    return json(response, 200, moved);
  }
  const [, name, what] = /^\/runners\/([^/]+)(?:\/(pause|resume|revoke))?$/.exec(rest) ?? [];
  const runner = runners.find((one) => one.name === decodeURIComponent(name ?? ''));
  if (!runner) return error(response, 404, 'not_found', 'no such runner');
  if (request.method === 'DELETE') {
    if (runner.online && !runner.registration?.revoked_at) return error(response, 409, 'runner_online', 'the runner was there a moment ago, or still has a job');
    runners = runners.filter((one) => one !== runner);
    return nothing(response);
  }
  if (what === 'revoke') {
    Object.assign(runner.registration, { revoked_by: 'ada', revoked_at: at(0) });
    return json(response, 200, runner);
  }
  Object.assign(runner, what === 'pause' ? { paused_by: 'ada', paused_at: at(0) } : { paused_by: null, paused_at: null });
  return json(response, 200, runner);
}
