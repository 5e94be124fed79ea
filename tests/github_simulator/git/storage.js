import fs from 'node:fs/promises';
import path from 'node:path';
import { GitRepository } from './repository.js';
import { git } from './run.js';

// Who may push is decided before git is asked. Any commit may be fetched by its id.
const CONFIG = `
[http]
\treceivepack = true
[uploadpack]
\tallowReachableSHA1InWant = true
\tallowAnySHA1InWant = true
\tallowFilter = true
[transfer]
\tfsckObjects = true
[receive]
\tautogc = false
[gc]
\tauto = 0
`;

/** Where the bare repositories are: `<root>/<owner>/<name>.git`. */
export class Storage {
  /** @type {Map<string, GitRepository>} */
  #open = new Map();

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
    const directory = this.directory(repository);
    let opened = this.#open.get(directory);
    if (!opened) this.#open.set(directory, (opened = new GitRepository(directory)));
    return opened;
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
    await fs.appendFile(path.join(building, 'config'), CONFIG);
    if (history) await git(['-C', building, 'fast-import', '--quiet'], { input: history });
    await fs.rename(building, directory);
  }
}
