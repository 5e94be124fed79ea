// What an administrator reaches with a reflection client such as grpcurl.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from './support/installation.js';

const run = promisify(execFile);
const STATE = process.env.KOZMIC_STATE ?? join(ROOT, '.kozmic');
const BUF = join(STATE, 'npm/node_modules/@bufbuild/buf-linux-x64/bin/buf');

const curl = (...args) => run(BUF, ['curl', '--http2-prior-knowledge', '--protocol', 'grpc', ...args],
  { timeout: 30_000 });

/** `world` is filled before the first test runs: installation. */
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

  test('a call without a credential is refused, with a reason', async () => {
    const url = `http://${world.installation.rpcAddress('build')}`;
    await assert.rejects(
      curl('--data', '{"name":"projects/1/builds/1"}', `${url}/kozmic.build.v1.BuildService/GetBuild`),
      (error) => JSON.parse(error.stderr).code === 'unauthenticated');
  });
}
