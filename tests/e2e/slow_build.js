// A build that is slow enough for something to happen in its middle, and must end as if nothing had.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before } from 'node:test';
import { ended, signIn } from './support/api.js';
import { isFinal, statusesOf } from './support/github.js';
import { waitFor } from './support/wait.js';

const LINES = 40;
// About four seconds of numbered lines, each distinguishable from every other.
const SCRIPT = `#!/bin/bash
for ((i = 1; i <= ${LINES}; i++)); do echo "line $i of ${LINES}"; sleep 0.1; done
`;
const WANTED = Array.from({ length: LINES }, (_, i) => `line ${i + 1} of ${LINES}\n`).join('');

/** The part of the log that the script wrote: what follows the runner's own lines. */
function scriptOutput(log) {
  const text = log.toString();
  return text.slice(Math.max(0, text.indexOf('line 1 of')));
}

/**
 * To be called where tests are declared; `world` is filled before the first of them runs: installation,
 * repository. Answers what pushes, lets something happen, and looks at what became of it.
 */
export function slowBuild(world) {
  let api;
  let project;

  before(async () => {
    api = await signIn(world.installation);
    const first = await waitFor('the demo project', async () => (await api.json('/projects')).projects[0]);
    project = first.id;
    await waitFor('the first build to end', async () => {
      const { builds } = await api.json(`/projects/${project}/builds`);
      return builds.length > 0 && builds.every(ended);
    }, { seconds: 120 });
    await world.repository.push('Count slowly', {
      'build.sh': SCRIPT, 'test.sh': '#!/bin/sh\nexit 0\n',
    });
    await waitFor('the queue to be empty', async () => {
      const { builds } = await api.json(`/projects/${project}/builds`);
      return builds.length > 1 && builds.every(ended);
    }, { seconds: 120 });
  });

  /** Pushes, waits until the script has written `lines` lines, runs `harm`, and checks the end. */
  async function surviveDuringBuild(what, lines, harm) {
    const commit = await world.repository.push(`Survive: ${what}`);
    const started = await api.build(project, commit, (build) => build.status === 'pending');
    await waitFor('the script to be under way', async () =>
      (await api.log(started)).toString().includes(`line ${lines} of`), { seconds: 60 });
    await harm();
    const build = await api.build(project, commit, ended, { seconds: 180 });
    assert.equal(build.status, 'success', build.jobs[0].reason);
    const [job] = build.jobs;
    assert.equal(job.attempt, 1, 'nothing is run twice');
    const log = await waitFor('the log', () => api.log(build));
    assert.equal(scriptOutput(log), WANTED);
    assert.equal(log.length, job.log.size);
    assert.equal(createHash('sha256').update(log).digest('hex'), job.log.sha256);
    const statuses = await waitFor('the final status', async () => {
      const all = await statusesOf(world.installation, commit);
      return all.some(isFinal) ? all : null;
    }, { seconds: 90 });
    assert.deepEqual(statuses.filter(isFinal).map((status) => status.state), ['success']);
    assert.equal(statuses.at(-1).state, 'success', 'nothing after the verdict');
  }

  return surviveDuringBuild;
}
