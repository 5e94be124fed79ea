import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const ENVIRONMENT = {
  PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C',
  GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Mona Lisa', GIT_AUTHOR_EMAIL: 'mona@example.com',
  GIT_COMMITTER_NAME: 'A Stranger', GIT_COMMITTER_EMAIL: 'stranger@example.org',
};

/** A clone, driven by the git command as a person would. */
export class WorkingCopy {
  /** @param {string} url */
  static async clone(url) {
    const copy = new WorkingCopy();
    copy.folder = await fs.mkdtemp(path.join(os.tmpdir(), 'working-copy-'));
    await git(os.tmpdir(), ['clone', '--quiet', url, copy.folder]);
    return copy;
  }

  folder = '';

  /** @param {...string} args @returns {Promise<string>} */
  git(...args) {
    return git(this.folder, args);
  }

  /**
   * @param {string} message
   * @param {Record<string, string | null>} files null: removed
   * @returns {Promise<string>} the commit's id
   */
  async commit(message, files) {
    for (const [name, content] of Object.entries(files)) {
      const full = path.join(this.folder, name);
      await fs.mkdir(path.dirname(full), { recursive: true });
      if (content === null) await fs.rm(full);
      else await fs.writeFile(full, content);
    }
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.head();
  }

  head() {
    return this.git('rev-parse', 'HEAD');
  }

  dispose() {
    return fs.rm(this.folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {string[]} args */
export async function git(folder, args) {
  const { stdout } = await run('git', args, { cwd: folder, env: ENVIRONMENT });
  return stdout.trim();
}
