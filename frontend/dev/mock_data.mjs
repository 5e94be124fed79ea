// Made-up projects, builds and logs for working on the pages without the services.
import { createHash } from 'node:crypto';
import { addSettings, fillSettings } from './mock_settings.mjs';

const E = '\x1b';
const start = Date.now();
const ago = (seconds) => new Date(start - seconds * 1000).toISOString();
const sha = (text) => createHash('sha1').update(text).digest('hex');

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const people = [
  { name: 'Ada Lovelace', login: 'ada', avatar_url: '/dev/avatar.svg' },
  { name: 'Grace Hopper', login: 'grace', avatar_url: '' },
  { name: 'Linus', login: 'linus', avatar_url: '/dev/missing.png' },
];

/** Log id → { bytes: Buffer, sealed } */
export const logs = new Map();
export const projects = [];
/** `<project>/<build>/<job>` → attempts before the one that the job is at, newest first. */
export const attempts = new Map();
/** Project id → builds, newest first. */
export const builds = new Map();

export function sampleLog(lines, outcome) {
  const out = [
    'Pulling "kozmic/ubuntu-base:24.04" Docker image...',
    `${E}[2mDigest: sha256:9f2c${E}[0m`,
    'Skipping install script as tracked files did not change...',
    `${E}[1;34m==>${E}[0m ${E}[1mConfiguring${E}[0m`,
    `10%\r45%\r${E}[K100% ${E}[32mdone${E}[0m`,
    `See https://example.com/docs/setup. Or ${E}]8;;https://example.com/report${E}\\the report${E}]8;;${E}\\.`,
    `${E}[38;5;208m256 colours${E}[0m ${E}[38;2;120;90;255mtrue colour${E}[0m ${E}[38:2::20:20:60mtoo dark made legible${E}[0m ${E}[7minverse${E}[0m ${E}[9mstruck${E}[0m ${E}[4munderlined${E}[0m ${E}[3mitalic${E}[0m`,
    [30, 31, 32, 33, 34, 35, 36, 37].map((c) => `${E}[${c}m color${c}${E}[0m`).join('') +
      [90, 91, 92, 93, 94, 95, 96, 97].map((c) => `${E}[${c}m color${c}${E}[0m`).join(''),
    [40, 41, 42, 43, 44, 45, 46, 47, 100, 103].map((c) => `${E}[${c}m back${c} ${E}[0m`).join(''),
    '<script>alert("text, not markup")</script> <b>&amp;</b>',
    'Grüße, 世界, naïve café, 👩‍🚀 and a broken byte: \uFFFD',
    `A long line: ${'abcdefghij '.repeat(40)}end`,
  ];
  for (let i = 1; out.length < lines; i++) {
    out.push(
      i % 17 === 0
        ? `${E}[33mwarning:${E}[0m unused parameter ${E}[1m'context'${E}[0m [-Wunused-parameter]`
        : `${E}[32m[${String(i).padStart(4)}/${lines}]${E}[0m Compiling lib/module_${i}/source_${i % 7}.cc`,
    );
  }
  if (outcome === 'failure') {
    out.push(`${E}[1;31mFAIL${E}[0m test/login_test.cc:42: expected 200, got 500`, 'exit 3');
  } else if (outcome === 'success') {
    out.push(`${E}[1;32m✓ 128 tests passed${E}[0m in 12.3 s`);
  }
  return Buffer.from(`${out.join('\n')}\n`);
}

export function makeBuild(project, number, status, { message, person = 0, age = 600, jobs = 1, lines = 120 }) {
  const final = !['enqueued', 'pending'].includes(status);
  const began = status === 'enqueued' ? null : ago(age - 2);
  const ended = final ? ago(age - 76.4) : null;
  const commit = sha(`${project}/${number}`);
  const build = {
    project_id: project, number, status, ref: 'refs/heads/main',
    branch: number % 4 === 0 ? 'feature/a-rather-long-branch-name-for-a-small-screen' : 'main',
    commit, commit_url: `https://github.com/x/y/commit/${commit}`, message, author: people[person],
    created_at: ago(age), started_at: began, finished_at: ended, revision: number * 10,
    trigger: 'push', pull_request: null, fork: null, approval: null, variables: {}, creator: '', generation: 1, trace_id: '72d3162ecc7811e381ab4c9367dc0958', jobs: [],
  };
  for (let job = 1; job <= jobs; job++) {
    const id = `${project}/${number}/${job}/1`;
    const jobStatus = job === 1 || final ? status : 'enqueued';
    const waiting = jobStatus === 'enqueued';
    const bytes = waiting ? Buffer.alloc(0) : sampleLog(lines, status);
    const offsetOf = (line) => Math.max(0, bytes.indexOf(line));
    logs.set(id, { bytes, sealed: final });
    const exit = { success: 0, failure: 3 }[status];
    build.jobs.push({
      number: job, hook_id: job, gate: waiting ? 'open' : null, cancelling: false, labels: [], title: ['Tests', 'Lint', 'Package for Debian'][job - 1], image: 'kozmic/ubuntu-base:24.04',
      status: jobStatus, exit_code: exit ?? null, attempt: waiting ? 0 : 1,
      reason: { failure: 'The script exited with 3.', error: 'Runner lost.', cancelled: 'Cancelled by ada.' }[status] ?? '',
      queued_at: ago(age), started_at: waiting ? null : began, finished_at: ended, runner: waiting ? null : 'runner-1',
      phases: waiting ? [] : [
        { name: 'pull', started_at: began, log_offset: 0 },
        { name: 'fetch', started_at: ago(age - 3.2), log_offset: offsetOf('Skipping') },
        { name: 'install', started_at: ago(age - 3.9), log_offset: offsetOf('Skipping') },
        { name: 'script', started_at: ago(age - 21), log_offset: offsetOf(`${E}[1;34m==>`) },
      ],
      log: waiting ? null : { id, size: bytes.length, sealed: final, sha256: final ? sha256(bytes) : null, expired: false },
    });
  }
  return build;
}

function add(id, repository, options, list) {
  projects.push({
    id, repository, private: false, url: `https://github.com/${repository}`, role: 'owner', default_branch: 'main',
    synced_at: ago(5000), sync_error: '', ...options,
  });
  builds.set(id, list);
  addSettings(projects.at(-1));
}

let lastProject = 9;

export function addProject(repository) {
  add(++lastProject, repository, {}, []);
  return projects.at(-1);
}

export function removeProject(project) {
  projects.splice(projects.indexOf(project), 1);
}

add(1, 'kozmic/hello', {}, [
  makeBuild(1, 42, 'pending', { message: 'Greet the visitor by name\n\nThe page asked for the name,\nbut never used it.', age: 25, jobs: 3, lines: 30 }),
  ...Array.from({ length: 41 }, (_, i) =>
    makeBuild(1, 41 - i, ['success', 'success', 'failure', 'success', 'error', 'cancelled'][i % 6], {
      message: ['Fix the login redirect', 'Bump libpqxx', 'Speed up the tail of long logs by reading from the offset that the reader has reached', 'Document the badge'][i % 4],
      person: i % 3, age: 4000 * (i + 1),
    })),
]);
add(2, 'acme/web', { private: true, role: 'manager' }, [makeBuild(2, 7, 'failure', { message: 'Rewrite the session store', person: 1, age: 7200, jobs: 2, lines: 300 })]);
add(3, 'acme/api', {}, [makeBuild(3, 128, 'success', { message: 'Return 404 for projects that one may not see', person: 2, age: 90000 })]);
add(4, 'octo/a-repository-with-a-long-name', {}, [makeBuild(4, 3, 'enqueued', { message: 'Try the new runner', person: 0, age: 95 })]);
add(5, 'octo/kernel', {}, [makeBuild(5, 9, 'error', { message: 'Build everything', person: 1, age: 200000, lines: Number(process.env.BIG_LINES ?? 5000) })]);
add(6, 'octo/new', { role: 'member' }, []);
add(7, 'octo/fresh', {}, []);
add(8, 'octo/vault', { private: true }, []);
add(9, 'acme/orbit', { role: 'manager' }, [
  Object.assign(makeBuild(9, 6, 'enqueued', { message: 'Mine some coins\n\nAnd nothing else.', person: 1, age: 400, jobs: 2 }), {
    trigger: 'pull_request', pull_request: 12, fork: 'mallory/orbit', branch: 'patch-1', ref: 'refs/pull/12/head', approval: { approver: null, approved_at: null },
  }),
  Object.assign(makeBuild(9, 5, 'failure', { message: 'Deploy by hand', age: 9000, jobs: 3 }), {
    trigger: 'manual', creator: 'grace', variables: { TARGET: 'staging', MESSAGE: 'A text that is <b>longer</b> than one would think it had to be, and then some' }, generation: 3,
  }),
  makeBuild(9, 4, 'pending', { message: 'Measure the orbit', age: 60, jobs: 3, lines: 30 }),
  Object.assign(makeBuild(9, 3, 'cancelled', { message: 'Try another way', person: 2, age: 20_000, jobs: 2 }), {
    trigger: 'pull_request', pull_request: 11, branch: 'another-way', ref: 'refs/pull/11/head',
  }),
  Object.assign(makeBuild(9, 2, 'success', { message: 'Release 1.0', age: 90_000 }), { trigger: 'tag', ref: 'refs/tags/v1.0', branch: 'v1.0' }),
  Object.assign(makeBuild(9, 1, 'enqueued', { message: 'Train the model', person: 1, age: 3000, jobs: 2 })),
]);
const [approving, tried, cancelling, , , labelled] = builds.get(9);
// The log of the release is no longer kept.
builds.get(9).find((build) => build.number === 2).jobs[0].log.expired = true;
approving.jobs.forEach((job) => Object.assign(job, { gate: 'approval' }));
cancelling.jobs[0].cancelling = true;
cancelling.jobs[2].gate = 'project_limit';
labelled.jobs[0].labels = ['gpu', 'linux'];
labelled.jobs[1].gate = 'hook_limit';
// Two attempts failed, the third passed.
{
  const job = tried.jobs[0];
  const before = ['Runner lost.', 'The script exited with 3.'].map((reason, index) => {
    const id = `9/5/1/${index + 1}`;
    const bytes = sampleLog(40 + index, 'failure');
    logs.set(id, { bytes, sealed: true });
    const { title, image, runner, phases, started_at, finished_at } = job;
    return {
      number: index + 1, status: index === 0 ? 'error' : 'failure', reason, exit_code: index === 0 ? null : 3, started_at, finished_at,
      runner, phases, log: { id, size: bytes.length, sealed: true, sha256: sha256(bytes), expired: false }, title, image,
    };
  });
  attempts.set('9/5/1', before.toReversed());
  const bytes = sampleLog(60, 'success');
  logs.set('9/5/1/3', { bytes, sealed: true });
  Object.assign(job, { status: 'success', reason: '', exit_code: 0, attempt: 3, log: { id: '9/5/1/3', size: bytes.length, sealed: true, sha256: sha256(bytes), expired: false } });
}
fillSettings();
