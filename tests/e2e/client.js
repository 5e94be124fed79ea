// The commands that speak with a server from anywhere, on a real one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { signIn } from './support/api.js';
import { ROOT } from './support/installation.js';

/** Runs ./kozmic as somebody elsewhere does; its exit status and what it wrote. */
function kozmic(environment, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(join(ROOT, 'kozmic'), args,
      { env: { PATH: process.env.PATH, HOME: '/nonexistent', ...environment }, timeout: 240_000 });
    const out = [];
    const err = [];
    child.stdout.on('data', (bytes) => out.push(bytes));
    child.stderr.on('data', (bytes) => err.push(bytes));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, bytes: Buffer.concat(out), err: Buffer.concat(err).toString() }));
  });
}

/** `world` is filled before the first test runs: installation. */
export function client(world) {
  test('builds are started, followed, read, restarted and listed from anywhere', { timeout: 10 * 60_000 }, async () => {
    const { installation } = world;
    const api = await signIn(installation);
    const { body: { secret } } = await api.change('POST', '/me/tokens', { name: 'client', lifetime_days: 1 });
    const environment = { KOZMIC_URL: installation.gateway, KOZMIC_TOKEN: secret };
    const run = (...args) => kozmic(environment, ...args);
    const good = async (...args) => {
      const { status, bytes, err } = await run(...args);
      assert.equal(status, 0, `./kozmic ${args.join(' ')}: ${err}`);
      return bytes;
    };

    const { id } = await api.project('octo/hello');
    assert.match((await good('trigger', 'octo/hello', 'main', 'WHO=client', '--watch')).toString(), /passed/i);
    const builds = JSON.parse(await good('builds', 'octo/hello', '--json'));
    const [build] = builds.builds ?? builds;
    assert.equal(build.trigger, 'manual');
    assert.equal(build.variables.WHO, 'client');
    const name = `${id}/${build.number}`;
    const stored = await api.build(id, build.commit, (one) => one.number === build.number);
    assert.deepEqual(await good('log', `${name}/1`), await api.log(stored));
    assert.deepEqual(await good('log', `${installation.gateway}/projects/${id}/builds/${build.number}/jobs/1/`, '--follow'),
      await api.log(stored));

    const refused = await run('cancel', name);
    assert.equal(refused.status, 3);
    assert.match(refused.err, /409/);
    await good('restart', name);
    await good('watch', name);
    const lines = (await good('watch', name, '--json')).toString().trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(lines.at(-1).status, 'success');
    assert.equal((await kozmic({ ...environment, KOZMIC_TOKEN: 'kzp_no' }, 'builds', String(id))).status, 3);

    // P51: settings go into a file, and come back from it.
    const file = (await good('settings', 'octo/hello')).toString();
    assert.match(file, /^version: 1$/m);
    const path = join(tmpdir(), `settings-${process.pid}.yaml`);
    await writeFile(path, file);
    assert.match((await good('settings', 'octo/hello', '--apply', path, '--remove')).toString(), /Nothing differs/);
    const { hooks } = await api.json(`/projects/${id}/hooks`);
    await writeFile(path, `version: 1\nhooks:\n  - title: From a file\n    image: debian:12\n    script: |\n      #!/bin/sh\n      echo "from a file"\n    events: [push]\n`);
    const told = JSON.parse(await good('settings', 'octo/hello', '--apply', path, '--dry-run', '--json'));
    assert.deepEqual(told.changes, [{ what: 'hook', title: 'From a file', action: 'added', fields: [] }]);
    assert.equal((await api.json(`/projects/${id}/hooks`)).hooks.length, hooks.length);
    await good('settings', 'octo/hello', '--apply', path);
    assert.match((await good('trigger', 'octo/hello', 'main', '--watch')).toString(), /From a file/);
    await writeFile(path, file);
    assert.match((await good('settings', 'octo/hello', '--apply', path, '--remove')).toString(), /deleted the hook "From a file"/);
    assert.equal((await good('settings', 'octo/hello')).toString(), file);
    const [last] = (await api.json(`/projects/${id}/settings/changes`)).changes;
    assert.deepEqual([last.action, last.title, last.by_access_token], ['removed', 'From a file', true]);
    await rm(path);
  });
}
