// node main.mjs STATE BUILDS: see ../main-job.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended, signIn } from '../../tests/e2e/support/api.js';
import { isFinal } from '../../tests/e2e/support/github.js';
import { cloneRepository } from '../../tests/e2e/support/repository.js';
import { waitFor } from '../../tests/e2e/support/wait.js';
import { engineFloor } from './engine_floor.mjs';
import { gitFloor } from './git_floor.mjs';
import { quantiles } from './quantiles.mjs';

const [state, count] = [process.argv[2], Number(process.argv[3])];
const address = (name) =>
  `http://127.0.0.1:${readFileSync(join(state, 'ports', name), 'utf8').trim()}`;
const installation = { gateway: address('gateway'), github: address('simulator') };

// The script's first output is the time at which it made it, in seconds since the epoch.
const CLOCK = '#!/bin/sh\ndate +%s.%N\n';

/** When the webhook for `commit` was sent and answered, in ms since the epoch. */
async function delivery(commit) {
  return waitFor(`the delivery of ${commit}`, async () => {
    const answer = await fetch(`${installation.github}/_simulator/journal?after=${journalEnd}`);
    const { entries } = await answer.json();
    const pushed = entries.find((entry) => entry.type === 'pushed' && entry.after === commit);
    const queued = pushed && entries.find((entry) => entry.type === 'delivery_queued' &&
      entry.seq > pushed.seq && entry.delivery.event === 'push');
    const done = queued && entries.find((entry) => entry.type === 'delivery_done' &&
      entry.delivery_id === queued.delivery.id);
    return done?.outcome;
  });
}

// How many containers the runner keeps waiting for jobs.
const warm = Number(
  /^warm_containers: (\d+)/m.exec(readFileSync(join(state, 'config/runner.yaml'), 'utf8'))?.[1] ?? 0);

/** Until they all wait. */
async function warmUp() {
  const work = join(state, 'runner/work');
  await waitFor(`${warm} containers that wait for jobs`, async () =>
    readdirSync(work).filter((name) => name.startsWith('warm-') &&
      existsSync(join(work, name, 'job/ready'))).length >= warm || undefined);
}

let journalEnd = 0;
async function moveJournal() {
  for (;;) {
    const answer = await fetch(`${installation.github}/_simulator/journal?after=${journalEnd}`);
    const { entries, last } = await answer.json();
    if (entries.length === 0) return;
    journalEnd = entries.at(-1).seq ?? last;
  }
}

/**
 * Waits, on the simulator's journal and so without disturbing what is measured, until GitHub shows
 * the verdict of `commit`.
 */
async function verdictAtGithub(commit) {
  for (let after = journalEnd; ;) {
    const answer = await fetch(
      `${installation.github}/_simulator/journal?after=${after}&wait_ms=30000`);
    const { entries } = await answer.json();
    if (entries.length === 0) throw new Error(`GitHub was told no verdict of ${commit}`);
    if (entries.some((entry) => entry.type === 'status_created' &&
      entry.status.sha === commit && isFinal(entry.status))) return;
    after = entries.at(-1).seq;
  }
}

/** When the runner held the lease of a build's first job, from the runner's own log. */
function leasedAt(build) {
  const attempt = `projects/${build.project_id}/builds/${build.number}/jobs/1/attempts/1`;
  for (const file of [join(state, 'log/runner.log'), join(state, 'log/runner.log.1')]) {
    if (!existsSync(file)) continue;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (!line.includes('job leased') || !line.includes(attempt)) continue;
      return Date.parse(JSON.parse(line).time);
    }
  }
  throw new Error(`the runner's log does not tell of ${attempt}`);
}

const url = `${installation.github}/octo/hello.git`;
const repository = await cloneRepository(url);
const mirror = await gitFloor(url);
try {
  const api = await signIn(installation);
  const [project] = (await api.json('/projects')).projects;
  const commit = await repository.push('Tell the time', {
    'build.sh': CLOCK, 'test.sh': '#!/bin/sh\nexit 0\n',
  });
  await api.build(project.id, commit, ended);

  const lease = [];
  const firstByte = [];
  const floor = [];
  const fetching = [];
  for (let i = 0; i < count; ++i) {
    await moveJournal();
    await warmUp();
    const pushed = await repository.push(`Tell the time, ${i + 1}`);
    await verdictAtGithub(pushed);
    const build = await api.build(project.id, pushed, ended);
    if (build.status !== 'success') throw new Error(`build ${build.number}: ${build.status}`);
    const { delivered_at: sent, responded_at: answered } = await delivery(pushed);
    const log = (await api.log(build)).toString();
    const printed = Number(/^(\d+\.\d+)$/m.exec(log)[1]) * 1000;
    lease.push(leasedAt(build) - answered);
    firstByte.push(printed - sent);
    fetching.push(await mirror.measure(pushed));
    floor.push(await engineFloor(readFileSync(join(state, 'engine'), 'utf8').trim(), 'debian:12'));
    process.stderr.write(`\r${i + 1}/${count} builds`);
  }
  process.stderr.write('\n');
  const [l, b, f, g] = [lease, firstByte, floor, fetching].map(quantiles);
  const row = (what, q) => console.log(what.padEnd(52), `p50 ${q.p50.toFixed(1).padStart(7)} ms`,
    `p99 ${q.p99.toFixed(1).padStart(7)} ms`);
  row('webhook answered -> lease at the runner', l);
  row('floor: git fetch of a commit that was pushed just now', g);
  row('floor: Engine API create + start -> first byte', f);
  row(`webhook sent -> first byte${warm ? `, ${warm} containers waiting` : ' of the script'}`, b);
  if (warm) {
    const own = quantiles(firstByte.map((ms, i) => ms - fetching[i]));
    row('the same without git fetch', own);
    console.log('asked of the whole'.padEnd(52), 'p50 <    50.0 ms');
  }
  console.log('first byte / floor'.padEnd(52), `p50 ${(b.p50 / f.p50).toFixed(2)}`,
    ` (floor + ${(b.p50 - f.p50).toFixed(0)} ms)`);
} finally {
  await mirror.remove();
  await repository.remove();
}
