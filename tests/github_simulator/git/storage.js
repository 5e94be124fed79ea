import fs from 'node:fs';
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
\thideRefs = refs/pull
[gc]
\tauto = 0
`;

/**
 * @typedef {{folder: string, default_branch: string, refs?: Map<string, string>}} Stored
 */

/**
 * Where the bare repositories are: `<root>/<folder>.git`. One without commits has no folder until
 * git is first asked about it.
 */
export class Storage {
  /** @type {Map<string, GitRepository>} */
  #open = new Map();
  /** @type {Map<string, Promise<void>>} */
  #ensured = new Map();

  /** @param {string} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {Stored} repository as stored, never as requested */
  directory({ folder }) {
    return path.join(this.root, `${folder}.git`);
  }

  /** @param {Stored} repository */
  open(repository) {
    const directory = this.directory(repository);
    let opened = this.#open.get(directory);
    if (!opened) {
      opened = new GitRepository(directory, () => this.ensure(repository));
      this.#open.set(directory, opened);
    }
    return opened;
  }

  /** @param {Stored} repository */
  isThere(repository) {
    return fs.existsSync(this.directory(repository));
  }

  /**
   * Makes the folder of a repository that has none yet.
   * @param {Stored} repository
   * @returns {Promise<void>}
   */
  ensure(repository) {
    const directory = this.directory(repository);
    let ensured = this.#ensured.get(directory);
    if (!ensured) {
      ensured = this.#ensure(repository);
      this.#ensured.set(directory, ensured);
      ensured.catch(() => this.#ensured.delete(directory));
    }
    return ensured;
  }

  /**
   * Creates a repository whole or not at all. What an interrupted creation left is replaced.
   * @param {Stored} repository
   * @param {Buffer | null} history a `git fast-import` stream
   */
  create(repository, history) {
    return this.#build(repository, async (building) => {
      if (history) await git(['-C', building, 'fast-import', '--quiet'], { input: history });
    });
  }

  /** @param {Stored} repository */
  async remove(repository) {
    const directory = this.directory(repository);
    this.#open.delete(directory);
    this.#ensured.delete(directory);
    await fs.promises.rm(directory, { recursive: true, force: true });
  }

  /**
   * Creates a repository with the branches and tags of another.
   * @param {Stored} repository
   * @param {string} from a folder
   * @param {string | null} branch the only one to copy; null: all branches and tags
   */
  copy(repository, from, branch) {
    const refs = branch === null ? ['refs/heads/*', 'refs/tags/*'] : [`refs/heads/${branch}`];
    return this.#build(repository, async (building) => {
      await git(['-C', building, 'fetch', '--quiet', '--no-tags', from,
                 ...refs.map((ref) => `${ref}:${ref}`)]);
    });
  }

  async #ensure(repository) {
    if (this.isThere(repository)) return;
    const directory = this.directory(repository);
    if (repository.refs?.size) throw new Error(`${directory} has been removed`);
    await this.create(repository, null);
  }

  async #build(repository, fill) {
    const directory = this.directory(repository);
    const building = `${directory}.new`;
    await fs.promises.rm(building, { recursive: true, force: true });
    await fs.promises.rm(directory, { recursive: true, force: true });
    await fs.promises.mkdir(path.dirname(directory), { recursive: true, mode: 0o700 });
    await git(['init', '--quiet', '--bare', `--initial-branch=${repository.default_branch}`,
               '--template=', building]);
    await fs.promises.appendFile(path.join(building, 'config'), CONFIG);
    await fill(building);
    await fs.promises.rename(building, directory);
  }
}
