// A working copy of a repository at the simulated GitHub, changed and pushed with plain git.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export async function cloneRepository(url) {
  const home = await mkdtemp(join(tmpdir(), 'kozmic-clone-'));
  const folder = join(home, 'work');
  const git = async (...args) => {
    const { stdout } = await run('git', args, {
      cwd: args[0] === 'clone' ? home : folder,
      timeout: 60_000,
      env: {
        PATH: process.env.PATH, HOME: home, GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: 'Octo', GIT_AUTHOR_EMAIL: 'octo@example.com',
        GIT_COMMITTER_NAME: 'Octo', GIT_COMMITTER_EMAIL: 'octo@example.com',
      },
    });
    return stdout.trim();
  };
  await git('clone', '--quiet', url, folder);
  return {
    git,
    /** Commits the given files ({path: text}) and pushes; answers the commit's id. */
    async push(message, files = {}) {
      await git('pull', '--quiet', '--rebase');
      for (const [path, text] of Object.entries(files)) {
        await writeFile(join(folder, path), text, { mode: 0o755 });
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '--message', message);
      await git('push', '--quiet');
      return git('rev-parse', 'HEAD');
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
