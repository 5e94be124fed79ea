import { isFullSha, isPlainRef } from '../base/names.js';
import { parseBatch, parseCommit } from './objects.js';
import { git } from './run.js';

/**
 * @typedef {import('./objects.js').Commit} Commit
 * @typedef {{added: string[], removed: string[], modified: string[]}} Changes paths
 * @typedef {{filename: string, status: 'added' | 'removed' | 'modified', sha: string,
 *            additions: number, deletions: number}} FileChange
 * @typedef {{commits: number, additions: number, deletions: number,
 *            changed_files: number}} Comparison
 */

export const ZERO_SHA = '0'.repeat(40);

/** A bare repository on disk, asked through git itself. */
export class GitRepository {
  #directory;
  #ensure;
  /** Commits that have been seen: nothing ever removes one. @type {Set<string>} */
  #seen = new Set();

  /**
   * @param {string} directory
   * @param {() => Promise<void>} ensure makes sure that the directory is there
   */
  constructor(directory, ensure) {
    this.#directory = directory;
    this.#ensure = ensure;
  }

  async #git(args, input) {
    await this.#ensure();
    return git(['-C', this.#directory, ...args], { input });
  }

  /**
   * What can be pushed to: all refs but those of pull requests.
   * @returns {Promise<Map<string, string>>} full name to object id
   */
  async refs() {
    const output = await this.#git(['for-each-ref', '--format=%(objectname) %(refname)']);
    const all = lines(output).map((line) => [line.slice(41), line.slice(0, 40)]);
    return new Map(all.filter(([name]) => !name.startsWith('refs/pull/')));
  }

  /**
   * Takes a commit over from another repository, under a ref.
   * @param {string} from a folder
   * @param {string} sha
   * @param {string} ref full name
   */
  async fetch(from, sha, ref) {
    await this.#git(['fetch', '--quiet', '--no-tags', from, `+${sha}:${ref}`]);
  }

  /** @param {Buffer} stream of `git fast-import` */
  async importHistory(stream) {
    await this.#git(['fast-import', '--quiet'], stream);
  }

  /**
   * What `head` has that `base` has not.
   * @param {string} base
   * @param {string} head
   * @returns {Promise<Comparison>}
   */
  async compare(base, head) {
    const [count, changed] = await Promise.all([
      this.#git(['rev-list', '--count', `${base}..${head}`]),
      this.#git(['diff', '--numstat', '--no-renames', `${base}...${head}`]),
    ]);
    const files = lines(changed).map((line) => line.split('\t'));
    const sum = (column) => files.reduce((total, file) => total + (Number(file[column]) || 0), 0);
    return { commits: Number(count), additions: sum(0), deletions: sum(1),
             changed_files: files.length };
  }

  /** @param {string} branch what a clone checks out */
  async setHead(branch) {
    await this.#git(['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  }

  /**
   * The commit that a branch, tag or SHA means; null if there is none.
   * @param {string} name
   * @returns {Promise<string | null>}
   */
  async resolve(name) {
    if (!isPlainRef(name)) return null;
    const candidates = [`refs/heads/${name}`, `refs/tags/${name}`];
    if (name === 'HEAD') candidates.unshift('HEAD');
    if (/^(heads|tags)\//.test(name)) candidates.unshift(`refs/${name}`);
    if (/^refs\/(heads|tags)\//.test(name)) candidates.unshift(name);
    if (isFullSha(name)) candidates.unshift(name);
    else if (/^[0-9a-f]{7,39}$/.test(name)) candidates.push(name);
    const input = candidates.map((candidate) => `${candidate}^{commit}\n`).join('');
    const output = await this.#git(['cat-file', '--batch-check=%(objectname) %(objecttype)'], input);
    const found = lines(output).find((line) => /^[0-9a-f]{40} commit$/.test(line));
    return found ? found.slice(0, 40) : null;
  }

  /**
   * Whether a full id names a commit, not merely something that leads to one.
   * @param {string} sha
   */
  async hasCommit(sha) {
    if (this.#seen.has(sha)) return true;
    if (!isFullSha(sha)) return false;
    const output = await this.#git(['cat-file', '--batch-check=%(objecttype)'], `${sha}\n`);
    if (output.toString().trim() !== 'commit') return false;
    this.#seen.add(sha);
    return true;
  }

  /**
   * @param {string[]} shas
   * @returns {Promise<Commit[]>} in the same order; what is missing or no commit is left out
   */
  async commits(shas) {
    if (shas.length === 0) return [];
    const output = await this.#git(['cat-file', '--batch'], `${shas.join('\n')}\n`);
    const commits = [];
    for (const object of parseBatch(output)) {
      if (object?.type === 'commit') commits.push(parseCommit(object.sha, object.content));
    }
    return commits;
  }

  /**
   * The commits reachable from `from` but not from any of `not`, newest first.
   * @param {string[]} from
   * @param {string[]} not
   * @param {number} limit
   * @returns {Promise<string[]>}
   */
  async reachable(from, not, limit) {
    const input = [...from, ...not.map((sha) => `^${sha}`)].join('\n');
    return lines(await this.#git(
      ['rev-list', '--ignore-missing', `--max-count=${limit}`, '--stdin'], `${input}\n`));
  }

  /**
   * What each commit changed against its first parent.
   * @param {string[]} shas
   * @returns {Promise<Map<string, Changes>>}
   */
  async changes(shas) {
    /** @type {Map<string, Changes>} */
    const result = new Map(shas.map((sha) => [sha, { added: [], removed: [], modified: [] }]));
    if (shas.length === 0) return result;
    const output = await this.#git(
      ['diff-tree', '--stdin', '-r', '-z', '--root', '--diff-merges=first-parent', '--no-renames',
       '--name-status'], `${shas.join('\n')}\n`);
    let current;
    const tokens = output.toString().split('\0');
    for (let i = 0; i < tokens.length - 1; i++) {
      if (isFullSha(tokens[i])) current = result.get(tokens[i]);
      else current?.[bucket(tokens[i])].push(tokens[++i]);
    }
    return result;
  }

  /**
   * What a commit changed against its first parent, file by file.
   * @param {string} sha
   * @returns {Promise<FileChange[]>}
   */
  async fileChanges(sha) {
    const output = await this.#git(
      ['diff-tree', '--no-commit-id', '-r', '-z', '--root', '--diff-merges=first-parent',
       '--no-renames', '--raw', '--numstat', '--no-abbrev', sha]);
    /** @type {Map<string, FileChange>} */
    const files = new Map();
    const tokens = output.toString().split('\0');
    for (let i = 0; i < tokens.length - 1; i++) {
      if (tokens[i].startsWith(':')) {
        const [, , oldSha, newSha, letter] = tokens[i].split(' ');
        const filename = tokens[++i];
        files.set(filename, { filename, status: bucket(letter),
                              sha: letter === 'D' ? oldSha : newSha, additions: 0, deletions: 0 });
        continue;
      }
      const [additions, deletions, ...name] = tokens[i].split('\t');
      const file = files.get(name.join('\t'));
      if (!file) continue;
      file.additions = Number(additions) || 0; // "-" for binary files
      file.deletions = Number(deletions) || 0;
    }
    return [...files.values()];
  }
}

/** @returns {'added' | 'removed' | 'modified'} */
function bucket(letter) {
  return letter === 'A' ? 'added' : letter === 'D' ? 'removed' : 'modified';
}

/** @param {Buffer} output */
function lines(output) {
  return output.toString().split('\n').filter((line) => line !== '');
}
