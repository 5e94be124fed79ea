/**
 * @typedef {{name: string, email: string, at: number, zone: string}} Person `at` in seconds, `zone`
 *   as git writes it, such as +0130
 *
 * @typedef {object} Commit
 * @property {string} sha
 * @property {string} tree
 * @property {string[]} parents
 * @property {Person} author
 * @property {Person} committer
 * @property {string} message
 */

/**
 * Reads the answers of `git cat-file --batch`, in order; null for what is missing. Sizes delimit
 * them, so nothing in a commit's text can be mistaken for a delimiter.
 * @param {Buffer} output
 * @returns {({sha: string, type: string, content: Buffer} | null)[]}
 */
export function parseBatch(output) {
  const objects = [];
  for (let start = 0; start < output.length;) {
    const end = output.indexOf(10, start);
    const [sha, type, size] = output.toString('utf8', start, end).split(' ');
    start = end + 1;
    if (!/^\d+$/.test(size ?? '')) {
      objects.push(null);
      continue;
    }
    objects.push({ sha, type, content: output.subarray(start, start + Number(size)) });
    start += Number(size) + 1;
  }
  return objects;
}

/**
 * @param {string} sha
 * @param {Buffer} content
 * @returns {Commit}
 */
export function parseCommit(sha, content) {
  const split = content.indexOf('\n\n');
  const head = content.toString('utf8', 0, split < 0 ? content.length : split);
  const commit = { sha, tree: '', parents: [], author: parsePerson(''), committer: parsePerson(''),
                   message: '' };
  let encoding = 'utf-8';
  for (const line of head.split('\n')) {
    const space = line.indexOf(' ');
    const value = line.slice(space + 1);
    switch (line.slice(0, space)) {
      case 'tree': commit.tree = value; break;
      case 'parent': commit.parents.push(value); break;
      case 'author': commit.author = parsePerson(value); break;
      case 'committer': commit.committer = parsePerson(value); break;
      case 'encoding': encoding = value; break;
    }
  }
  const message = split < 0 ? Buffer.alloc(0) : content.subarray(split + 2);
  commit.message = decode(message, encoding).replace(/\n+$/, '');
  return commit;
}

/** @param {Person} person ISO 8601 in the person's own zone */
export function personTime({ at, zone }) {
  const minutes = (zone.startsWith('-') ? -1 : 1) *
                  (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5)));
  const local = new Date((at + minutes * 60) * 1000).toISOString().slice(0, 19);
  return minutes === 0 ? `${local}Z` : `${local}${zone.slice(0, 3)}:${zone.slice(3, 5)}`;
}

function parsePerson(text) {
  const match = /^(.*?) ?<(.*)> (\d{1,11}) ([+-]\d{4})$/.exec(text);
  return match
    ? { name: match[1], email: match[2], at: Number(match[3]), zone: match[4] }
    : { name: '', email: '', at: 0, zone: '+0000' };
}

function decode(bytes, encoding) {
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
