// What compose.yml promises: rights, secrets, a second start, health.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { ROOT } from './support/installation.js';

const SERVICES = ['auth', 'project', 'build', 'logstream', 'gateway'];

/** `world` is filled before the first test runs: installation. */
export function composed(world) {
  test('a second up is harmless: nothing is restarted', async () => {
    const pids = await world.installation.processes();
    await world.installation.compose('up', '--detach');
    assert.deepEqual(await world.installation.processes(), pids);
  });

  test('no service is root, has a right, or can write to its files', async () => {
    const containers = await world.installation.containers();
    const users = SERVICES.map((name) => containers.get(name).Config.User);
    assert.equal(new Set(users).size, SERVICES.length, 'each has a user of its own');
    for (const name of SERVICES) {
      const { Config, HostConfig } = containers.get(name);
      assert.match(Config.User, /^100\d\d:/, name);
      assert.deepEqual(HostConfig.CapDrop, ['ALL'], name);
      assert.equal(HostConfig.CapAdd, null, name);
      assert.equal(HostConfig.ReadonlyRootfs, true, name);
      assert.ok(!HostConfig.Privileged, name);
    }
  });

  test('a secret is readable by its own program alone, and in no environment', async () => {
    const { compose, containers } = world.installation;
    const secret = (await compose('exec', '-T', 'project', 'cat', '/secrets/project/secret-key')).trim();
    assert.match(secret, /^[0-9a-f]{64}$/);
    await assert.rejects(compose('exec', '-T', 'gateway', 'cat', '/secrets/project/secret-key'), /Permission denied/);
    await assert.rejects(compose('exec', '-T', 'project', 'ls', '/secrets/.made'), /Permission denied/);
    for (const [name, container] of await containers()) {
      assert.ok(!JSON.stringify(container).includes(secret), name);
      assert.ok(!/postgresql:\/\/[^"]*:/.test(JSON.stringify(container)), name);
    }
  });

  test('the secrets stay what they are when everything is made anew', async () => {
    const { compose } = world.installation;
    const read = () => compose('exec', '-T', 'project', 'sha256sum', '/secrets/project/secret-key', '/secrets/project/database-url');
    const before = await read();
    await compose('run', '--rm', '--no-deps', 'secrets');
    assert.equal(await read(), before);
  });
}

/** The command lines of a block of docs/compose.md, which follows a sentence. */
function documented(sentence) {
  const text = readFileSync(join(ROOT, 'docs/compose.md'), 'utf8');
  const block = text.slice(text.indexOf(sentence)).match(/```\n([^]*?)```/)[1];
  return block.trim().split('\n');
}

/** The last group: it makes the installation anew. */
export function composedBackup(world) {
  test('P43: a backup by the documented commands goes on in an empty place', { timeout: 5 * 60_000 }, async () => {
    const { installation, repository } = world;
    const api = await signIn(installation);
    const { id } = await api.project('octo/hello');
    const passing = '#!/bin/sh\necho well\n';
    const commit = await repository.push('Before the backup', { 'build.sh': passing, 'test.sh': passing });
    const kept = await api.build(id, commit, ended);
    const builds = await api.json(`/projects/${id}/builds`);
    const log = await api.log(kept);

    for (const line of documented('## Backup')) await installation.shell(line);
    await installation.compose('down', '--volumes');
    for (const line of documented('To restore')) await installation.shell(line);
    await installation.healthy();

    assert.deepEqual(await api.json(`/projects/${id}/builds`), builds);
    assert.deepEqual(await api.log(kept), log);
    const next = await repository.push('After the restore');
    assert.equal((await api.build(id, next, ended)).status, 'success');
  });
}
