// What is done to the made-up builds: cancelled, restarted, approved, asked for by hand; what was tried
// before, and what waits. A job that runs when it is cancelled ends by GET /dev/finish, one that waits
// begins by GET /dev/begin.
import { attempts, builds, logs, makeBuild, sampleLog, sha256 } from './mock_data.mjs';
import { error, json, readBody } from './mock_http.mjs';
import { hooksOf } from './mock_settings.mjs';

const FINAL = new Set(['success', 'failure', 'error', 'cancelled']);
const now = () => new Date().toISOString();
const keyOf = (build, job) => `${build.project_id}/${build.number}/${job.number}`;

function attemptOf(job) {
  const { attempt: number, status, reason, exit_code, queued_at, started_at, finished_at, runner, phases, log, title, image } = job;
  return { number, status, reason, exit_code, queued_at, started_at, finished_at, runner, phases, log, title, image };
}

/** A build's status follows from its jobs'. */
function settle(build) {
  const statuses = new Set(build.jobs.map(({ status }) => status));
  const worst = ['pending', 'failure', 'error', 'cancelled', 'success'].find((one) => statuses.has(one));
  const waiting = statuses.has('enqueued');
  build.status = waiting && worst !== 'pending' ? 'enqueued' : worst;
  build.finished_at = FINAL.has(build.status) ? now() : null;
}

function cancel(job) {
  if (job.status === 'enqueued') Object.assign(job, { status: 'cancelled', gate: null, reason: 'Cancelled by ada.', finished_at: now() });
  if (job.status === 'pending') job.cancelling = true;
}

function restart(build, job) {
  if (job.started_at) attempts.set(keyOf(build, job), [attemptOf(job), ...(attempts.get(keyOf(build, job)) ?? [])]);
  Object.assign(job, {
    status: 'enqueued', gate: 'open', reason: '', exit_code: null, queued_at: now(), started_at: null,
    finished_at: null, runner: null, phases: [], log: null, cancelling: false,
  });
}

/** Runs what waits. */
export function begin(build) {
  for (const job of build.jobs.filter(({ status, gate }) => status === 'enqueued' && gate !== 'approval')) {
    job.attempt++;
    const id = `${keyOf(build, job)}/${job.attempt}`;
    logs.set(id, { bytes: sampleLog(20), sealed: false });
    Object.assign(job, {
      status: 'pending', gate: null, started_at: now(), runner: 'runner-2', phases: [{ name: 'pull', started_at: now(), log_offset: null }],
      log: { id, size: 0, sealed: false, sha256: null, expired: false },
    });
  }
  settle(build);
}

/** Ends what runs. */
export function finish(build, status) {
  for (const job of build.jobs.filter((one) => !FINAL.has(one.status))) {
    const id = `${keyOf(build, job)}/${job.attempt}`;
    const log = logs.get(id) ?? { bytes: Buffer.alloc(0) };
    log.sealed = true;
    logs.set(id, log);
    Object.assign(job, {
      status: job.cancelling ? 'cancelled' : status, exit_code: { success: 0, failure: 3 }[status] ?? null,
      started_at: job.started_at ?? now(), finished_at: now(), cancelling: false, gate: null,
      reason: job.cancelling ? 'Cancelled by ada.' : '',
      log: { id, size: log.bytes.length, sealed: true, sha256: sha256(log.bytes), expired: false },
    });
  }
  settle(build);
}

const SENTENCES = {
  open: (job) => (job.labels.length ? `No runner that is there has the label “${job.labels[0]}”.` : '3 jobs are before it; all 4 slots of 2 fitting runners are taken.'),
  project_limit: () => 'This project runs 2 jobs at once at most; 2 are running.',
  hook_limit: () => 'Its hook runs 1 job at once at most; 1 is running.',
  approval: () => 'It runs once a manager of this project approves its commit.',
};

function waitsOf(build) {
  return build.jobs.filter(({ status }) => status === 'enqueued').map((job) => ({
    job: job.number, gate: job.gate, ahead: job.labels.length ? 0 : 3, fitting_runners: job.labels.length ? 0 : 2, slots: 4,
    busy_slots: 4, missing_labels: job.labels, limit: 2, sentence: SENTENCES[job.gate](job),
  }));
}

/** Refs named nowhere do not exist. */
async function trigger(request, response, project) {
  const body = await readBody(request, response, ['ref', 'variables']);
  if (!body) return undefined;
  if (body.ref === 'nowhere') return error(response, 404, 'ref_not_found', 'there is no such ref');
  if (!hooksOf(project.id).some(({ enabled }) => enabled)) return error(response, 409, 'no_hooks', 'no hook is enabled');
  const list = builds.get(project.id);
  const build = makeBuild(project.id, (list[0]?.number ?? 0) + 1, 'enqueued', { message: 'Built by hand', age: 0 });
  Object.assign(build, { trigger: 'manual', creator: 'ada', variables: body.variables, branch: body.ref, ref: `refs/heads/${body.ref}` });
  list.unshift(build);
  json(response, 201, build);
  return build;
}

async function change(request, response, build, job, what) {
  const jobs = job ? [job] : build.jobs;
  if (what === 'cancel') {
    if (jobs.every(({ status }) => FINAL.has(status))) return error(response, 409, 'not_running', 'it has ended');
    jobs.forEach(cancel);
  } else if (what === 'restart') {
    const body = job ? {} : await readBody(request, response, ['failed_only']);
    if (!body) return undefined;
    const ended = jobs.filter(({ status }) => FINAL.has(status) && !(body.failed_only && status === 'success'));
    if (ended.length === 0) return error(response, 409, 'not_finished', 'nothing has ended');
    ended.forEach((one) => restart(build, one));
    build.generation++;
  } else {
    const body = await readBody(request, response, ['commit']);
    if (!body) return undefined;
    if (build.approval?.approver !== null) return error(response, 409, 'not_waiting', 'it does not wait');
    if (body.commit !== build.commit) return error(response, 409, 'commit_differs', 'the commit is another one');
    build.approval = { approver: 'ada', approved_at: now() };
    build.jobs.forEach((one) => Object.assign(one, { gate: 'open' }));
  }
  settle(build);
  return build;
}

/**
 * Answers true when `rest` is about what is done to builds, and has been dealt with; `touch` is called
 * with a build that has changed, before that is answered.
 */
export async function answerBuilds(request, response, project, rest, touch) {
  const changing = request.method === 'POST';
  const [, number, jobNumber, what] = /^\/builds(?:\/(\d+)(?:\/jobs\/(\d+))?\/(cancel|restart|approve|attempts|waits))?$/.exec(rest) ?? [];
  if (!what && !(changing && rest === '/builds')) return false;
  const build = builds.get(project.id).find((one) => one.number === Number(number));
  const job = build?.jobs.find((one) => one.number === Number(jobNumber));
  if (changing && project.role === 'member') {
    error(response, 403, 'permission_denied', 'your role in this project does not allow that');
  } else if (what && (!build || (jobNumber && !job))) {
    error(response, 404, 'not_found', 'There is no such thing.');
  } else if (!what) {
    const made = await trigger(request, response, project);
    if (made) touch(made);
  } else if (what === 'waits') {
    json(response, 200, { waits: waitsOf(build) });
  } else if (what === 'attempts') {
    const old = attempts.get(keyOf(build, job)) ?? [];
    json(response, 200, { attempts: job.started_at ? [attemptOf(job), ...old] : old });
  } else if (await change(request, response, build, job, what)) {
    touch(build);
    json(response, 200, build);
  }
  return true;
}
