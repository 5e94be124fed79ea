import fs from 'node:fs/promises';
import path from 'node:path';
import { check } from './check.js';

/**
 * @typedef {{mode: '100644' | '100755', content: Buffer} | null} File null: deleted
 * @typedef {object} SeedCommit
 * @property {string} message
 * @property {{name: string, email: string}} author
 * @property {string} date ISO 8601
 * @property {string | Record<string, string | null>} files a folder beside the seed file, whose
 *   files are all put in; or contents by path, null for a deleted one
 */

/**
 * The commits of a seed as a `git fast-import` stream. Same seed, same ids.
 * @param {SeedCommit[]} commits
 * @param {string} branch
 * @param {string | null} folder of the seed file; null: there is none
 * @param {string | null} [parent] of the first commit
 * @returns {Promise<Buffer | null>} null: no commits
 */
export async function historyStream(commits, branch, folder, parent = null) {
  const parts = [];
  for (const { message, author, date, files } of commits) {
    const person = `${clean(author.name)} <${clean(author.email)}> ${gitDate(date)}`;
    parts.push(`commit refs/heads/${branch}\n`, `author ${person}\n`, `committer ${person}\n`,
               ...data(Buffer.from(message)));
    if (parent) parts.push(`from ${parent}\n`);
    parent = null;
    for (const [name, file] of await filesOf(files, folder)) {
      if (!file) {
        parts.push(`D ${quote(name)}\n`);
        continue;
      }
      parts.push(`M ${file.mode} inline ${quote(name)}\n`, ...data(file.content));
    }
    parts.push('\n');
  }
  if (parts.length === 0) return null;
  parts.push('done\n');
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** @returns {Promise<[string, File][]>} */
async function filesOf(files, folder) {
  if (typeof files !== 'string') {
    return Object.entries(files).map(([name, content]) => [
      name, content === null ? null : { mode: '100644', content: Buffer.from(content) },
    ]);
  }
  check(folder !== null, `there is no folder ${JSON.stringify(files)}`);
  const root = path.resolve(folder, files);
  const entries = await fs.readdir(root, { recursive: true, withFileTypes: true });
  const found = [];
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const full = path.join(entry.parentPath ?? entry.path, entry.name);
    const executable = ((await fs.stat(full)).mode & 0o100) !== 0;
    found.push([path.relative(root, full).split(path.sep).join('/'),
                { mode: executable ? '100755' : '100644', content: await fs.readFile(full) }]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

function data(bytes) {
  return [`data ${bytes.length}\n`, bytes, '\n'];
}

function gitDate(date) {
  const ms = Date.parse(date);
  check(!Number.isNaN(ms), `${JSON.stringify(date)} is not a date`);
  const zone = /([+-]\d\d):?(\d\d)$/.exec(date);
  return `${Math.floor(ms / 1000)} ${zone ? zone[1] + zone[2] : '+0000'}`;
}

function clean(text) {
  return text.replace(/[<>\n]/g, '');
}

function quote(name) {
  return `"${name.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
