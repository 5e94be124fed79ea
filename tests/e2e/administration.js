// What an administrator reaches with a reflection client such as grpcurl.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ended, signIn } from './support/api.js';
import { openPage } from './support/browser.js';
import { ROOT } from './support/installation.js';
import { waitFor } from './support/wait.js';

const run = promisify(execFile);
const STATE = process.env.KOZMIC_STATE ?? join(ROOT, '.kozmic');
const BUF = join(STATE, 'npm/node_modules/@bufbuild/buf-linux-x64/bin/buf');

const curl = (...args) => run(BUF, ['curl', '--http2-prior-knowledge', '--protocol', 'grpc', ...args],
  { timeout: 30_000 });

/** `world` is filled before the first test runs: installation, browser, repository. */
export function administration(world) {
  for (const [process, service] of Object.entries({
    auth: 'kozmic.auth.v1.AuthService',
    project: 'kozmic.project.v1.ProjectService',
    build: 'kozmic.runner.v1.RunnerService',
    runner: 'kozmic.runner.v1.RunnerAdminService',
    logstream: 'kozmic.logstream.v1.LogService',
  })) {
    test(`${process} describes itself and tells its health`, async () => {
      const url = `http://${world.installation.rpcAddress(process)}`;
      const { stdout: methods } = await curl('--list-methods', url);
      assert.match(methods, new RegExp(`^${service}/`, 'm'));
      const { stdout: health } = await curl('--data', '{}', `${url}/grpc.health.v1.Health/Check`);
      assert.equal(JSON.parse(health).status, 'SERVING');
    });
  }

  test('P38: each process tells Prometheus of its calls, and of what it is there for', async () => {
    const api = await signIn(world.installation);
    await api.json('/projects');
    for (const [name, metrics] of Object.entries({
      gateway: [/^kozmic_http_seconds_count\{kind="api",status="200"\} [1-9]/m],
      auth: [/^kozmic_rpc_seconds_count\{code="OK",method="kozmic\.auth\.v1\.AuthService\/Authenticate"\} [1-9]/m,
        /^kozmic_database_wait_seconds_count [1-9]/m],
      project: [/^kozmic_webhooks_waiting 0$/m, /^kozmic_webhooks_overdue_seconds 0$/m],
      build: [/^kozmic_runners_online 1$/m, /^kozmic_runner_slots [1-9]/m, /^kozmic_queue_jobs \d/m],
      runner: [/^kozmic_jobs_ended_total\{outcome="passed"\} [1-9]/m,
        /^kozmic_job_phase_seconds_count\{phase="script"\} [1-9]/m],
      logstream: [/^kozmic_log_bytes_total [1-9]/m],
    })) {
      const answer = await fetch(world.installation.metrics(name), { signal: AbortSignal.timeout(20_000) });
      assert.equal(answer.status, 200, name);
      const text = await answer.text();
      for (const metric of metrics) assert.match(text, metric, name);
      const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
      assert.equal(checked.status, 0, `${name}: ${checked.stdout}${checked.stderr}`);
    }
  });

  test('a call without a credential is refused, with a reason', async () => {
    const url = `http://${world.installation.rpcAddress('build')}`;
    await assert.rejects(
      curl('--data', '{"name":"projects/1/builds/1"}', `${url}/kozmic.build.v1.BuildService/GetBuild`),
      (error) => JSON.parse(error.stderr).code === 'unauthenticated');
  });

  test('P44: an administrator pauses a runner, sees why jobs wait, and resumes it', async () => {
    const { installation, browser, repository } = world;
    const api = await signIn(installation);
    assert.equal((await api.json('/me')).admin, true);
    const member = await signIn(installation, 'mona');
    assert.equal(await member.status('/admin/runners'), 403);

    const { body: { secret } } = await api.change('POST', '/me/tokens', { name: 'grpcurl', lifetime_days: 1 });
    const call = async (method, data) => JSON.parse((await curl(
      '--header', `Authorization: Bearer ${secret}`, '--data', JSON.stringify(data),
      `http://${installation.rpcAddress('build')}/kozmic.build.v1.AdminService/${method}`)).stdout);
    const { runners: [{ name }] } = await call('ListRunners', {});
    assert.equal((await call('PauseRunner', { name })).pausedBy, 'octo');

    const project = await api.project('octo/hello');
    const passing = '#!/bin/sh\nexit 0\n';
    const commit = await repository.push('Wait for a runner', { 'build.sh': passing, 'test.sh': passing });
    await api.build(project.id, commit);
    const { jobs } = await waitFor('a job that waits', async () => {
      const queue = await call('ListQueue', {});
      return queue.jobs?.length ? queue : null;
    });
    assert.match(jobs[0].wait.sentence, /the only one that fits it is paused by an administrator/);

    const { page, complaints, close } = await openPage(browser);
    await page.context().addCookies(api.cookies());
    await page.goto(`${installation.gateway}/admin/queue/`);
    await page.getByTestId('queued-job').first().getByText('paused by an administrator').waitFor();
    await page.getByRole('link', { name: 'Runners' }).click();
    await page.getByText('Paused by octo').waitFor();
    await page.getByTestId('toggle-runner').click();
    await page.getByTestId('runner').getByText('Online').waitFor();
    assert.deepEqual(complaints, []);
    await close();
    assert.equal((await api.build(project.id, commit, ended)).status, 'success');
  });
}
