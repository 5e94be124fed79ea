// N14: the previous release, upgraded process by process while jobs run, as a cluster does it, and rolled
// back. The revision in KOZMIC_UPGRADE_FROM is that release.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { slowBuild } from './slow_build.js';
import { runSuite } from './suite.js';
import { installationAt, kozmicWith, ROOT } from './support/installation.js';
import { signIn } from './support/api.js';
import { waitFor } from './support/wait.js';

const run = promisify(execFile);
const STATE = '/var/tmp/kozmic-e2e-upgrade';
const PREVIOUS = '/var/tmp/kozmic-e2e-previous';
/** Where this release's programs are. */
const NEW = join(process.env.KOZMIC_STATE ?? join(ROOT, '.kozmic'), 'bin');
/** An order that no release need care for: those that others call are neither all first nor all last. */
const ORDER = ['logstream', 'build', 'gateway', 'auth', 'project', 'runner'];
const LIMIT = { timeout: 60 * 60_000, maxBuffer: 64 << 20 };

const at = (folder, ...command) =>
  run(command[0], command.slice(1), { ...LIMIT, cwd: folder, env: { ...process.env, KOZMIC_STATE: STATE } });

/** The previous release, as its own ./kozmic up starts it. */
async function startPrevious() {
  if (existsSync(STATE)) await kozmicWith({ KOZMIC_STATE: STATE }, 'down', '--purge', '--yes');
  rmSync(PREVIOUS, { recursive: true, force: true });
  await run('git', ['-C', ROOT, 'worktree', 'prune']);
  await run('git', ['-C', ROOT, 'worktree', 'add', '--detach', PREVIOUS, process.env.KOZMIC_UPGRADE_FROM]);
  const { stdout } = await at(PREVIOUS, './kozmic', 'up');
  const installation = installationAt(STATE, stdout);
  return {
    ...installation,
    async stop() {
      await installation.stop();
      await run('git', ['-C', ROOT, 'worktree', 'remove', '--force', PREVIOUS]);
    },
  };
}

/** Puts this release's program in the place of the other, with the settings that are there, and starts it. */
async function replace(name) {
  for (const program of name === 'runner' ? [name, 'kozmic-init'] : [name]) {
    const place = join(STATE, 'bin', program);
    copyFileSync(join(NEW, program), `${place}.new`);
    renameSync(`${place}.new`, place);
  }
  await run('supervisorctl', ['-c', join(STATE, 'config/supervisord.conf'), 'restart', name], LIMIT);
}

function upgrade(world) {
  const surviveDuringBuild = slowBuild(world);
  let session;

  test('the previous release goes on when the database is this release’s', LIMIT, async () => {
    session = await signIn(world.installation);
    await surviveDuringBuild('the schema', 3, () => at(ROOT, 'tools/migrate.sh'));
    await surviveDuringBuild('nothing', 3, async () => {});
  });

  for (const [index, name] of ORDER.entries()) {
    test(`${name} is replaced while a job runs, beside the others of ${index === 0 ? 'the previous release' : 'both'}`, LIMIT, async () => {
      await surviveDuringBuild(name, 3 + index * 2, () => replace(name));
      await surviveDuringBuild(`after ${name}`, 1, async () => {});
    });
  }

  test('./kozmic up finds nothing left to be wrong, and people are still signed in', LIMIT, async () => {
    await surviveDuringBuild('up', 3, () => at(ROOT, './kozmic', 'up'));
    await waitFor('the session to be known', async () => (await session.json('/me')).user.login === 'octo');
    assert.equal((await session.json('/admin/runners')).runners.length, 1);
  });

  test('rolled back without a restore, the previous release goes on with this release’s database', LIMIT, async () => {
    await surviveDuringBuild('the way back', 3, () => at(PREVIOUS, './kozmic', 'up'));
    await surviveDuringBuild('afterwards', 1, async () => {});
    assert.equal((await session.json('/me')).user.login, 'octo');
  });

  test('and is upgraded once more', LIMIT, async () => {
    await surviveDuringBuild('the way there', 3, () => at(ROOT, './kozmic', 'up'));
    await surviveDuringBuild('then', 1, async () => {});
  });
}

runSuite(startPrevious, { 'rolling upgrade': upgrade });
