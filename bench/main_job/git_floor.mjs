// What git alone takes to fetch a commit that was pushed just now.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ENVIRONMENT = {
  PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null',
};

/** A mirror as a runner has it, which knows all of the repository but what comes from now on. */
export async function gitFloor(url) {
  const folder = await mkdtemp(join(tmpdir(), 'kozmic-bench-mirror-'));
  const git = (...args) => run('git', ['-C', folder, ...args], { env: ENVIRONMENT, timeout: 30_000 });
  const fetch = (commit) => git(
    '-c', 'transfer.fsckObjects=true', '-c', 'fetch.unpackLimit=1', 'fetch', '--quiet', '--prune', '--no-tags',
    '--no-write-fetch-head', '--no-auto-maintenance', '--', url, '+refs/heads/*:refs/remotes/origin/*',
    '+refs/tags/*:refs/tags/*', ...(commit ? [`+${commit}:refs/kozmic/newest`] : []));
  await git('init', '--quiet', '--bare');
  await fetch();
  return {
    /** In milliseconds. */
    async measure(commit) {
      const begun = performance.now();
      await fetch(commit);
      return performance.now() - begun;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
