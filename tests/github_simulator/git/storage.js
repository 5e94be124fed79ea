import fs from 'node:fs/promises';
import path from 'node:path';
import { GitRepository } from './repository.js';
import { git } from './run.js';

const CONFIG = {
  'http.receivepack': 'true', // who may push is decided before git is asked
  'uploadpack.allowReachableSHA1InWant': 'true',
  'uploadpack.allowAnySHA1InWant': 'true',
  'uploadpack.allowFilter': 'true',
  'transfer.fsckObjects': 'true',
  'receive.autogc': 'false',
  'gc.auto': '0',
};

/** Where the bare repositories are: `<root>/<owner>/<name>.git`. */
export class Storage {
  /** @param {string} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {{owner: string, name: string}} repository as stored, never as requested */
  directory({ owner, name }) {
    return path.join(this.root, owner, `${name}.git`);
  }

  /** @param {{owner: string, name: string}} repository */
  open(repository) {
    return new GitRepository(this.directory(repository));
  }

  /**
   * Creates a repository whole or not at all. What an interrupted creation left is replaced.
   * @param {{owner: string, name: string, default_branch: string}} repository
   * @param {Buffer | null} history a `git fast-import` stream
   */
  async create(repository, history) {
    const directory = this.directory(repository);
    const building = `${directory}.new`;
    await fs.rm(building, { recursive: true, force: true });
    await fs.rm(directory, { recursive: true, force: true });
    await fs.mkdir(path.dirname(directory), { recursive: true, mode: 0o700 });
    await git(['init', '--quiet', '--bare', `--initial-branch=${repository.default_branch}`,
               '--template=', building]);
    for (const [name, value] of Object.entries(CONFIG)) {
      await git(['-C', building, 'config', name, value]);
    }
    if (history) await git(['-C', building, 'fast-import', '--quiet'],
                           { input: history });
    await fs.rename(building, directory);
  }
}
