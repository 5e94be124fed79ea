// A backup, and the installation that goes on from it. The one that there was is down afterwards.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ended, signIn } from './support/api.js';
import { restoreInstallation } from './support/installation.js';

/** `world` is filled before the first test runs: installation, repository. */
export function backup(world) {
  let folder;
  let restored;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kozmic-backup-'));
  });
  after(async () => {
    await restored?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, { timeout: 5 * 60_000 });

  test('P43: an installation goes on elsewhere from its backup, and has lost nothing', { timeout: 15 * 60_000 }, async () => {
    const { installation, repository } = world;
    const file = join(folder, 'last-night');
    const passing = '#!/bin/sh\necho well\n';
    const lasting = await signIn(installation);
    const { id } = await lasting.project('octo/hello');
    const commit = await repository.push('Before the backup', { 'build.sh': passing, 'test.sh': passing });
    const kept = await lasting.build(id, commit, ended);
    const builds = await lasting.json(`/projects/${id}/builds`);
    const log = await lasting.log(kept);

    await installation.kozmic('backup', file);
    assert.equal(statSync(file).mode & 0o777, 0o600, 'it has all secrets');
    await installation.kozmic('down');
    restored = await restoreInstallation(file);

    // Whoever was signed in still is; every build and every byte of a log is there.
    const api = await signIn(restored);
    assert.deepEqual(await api.json(`/projects/${id}/builds`), builds);
    assert.deepEqual(await api.log(kept), log);
    // What is sealed can be opened: the webhook's secret, GitHub's tokens.
    const next = await repository.push('After the restore');
    assert.equal((await api.build(id, next, ended)).status, 'success');

    await assert.rejects(restored.kozmic('restore', file), /there is an installation here already/);
  });

  test('what is no backup is refused, and leaves nothing that runs or could be taken for it', async () => {
    const file = join(folder, 'nonsense');
    writeFileSync(file, 'no backup');
    await restored?.stop();
    await assert.rejects(restoreInstallation(file), /this is no backup/);
    await assert.rejects(restored.kozmic('up'), /a \.\/kozmic restore did not get to its end/);
  });
}
