// Every page of the repository: its links lead somewhere, and what it names is there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { anchorsOf, linksOf } from './markdown.js';
import { commandsOf, isKnown, listedCommands, variablesOf } from './names.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** Where variables are read, or said to be. */
const READ_VARIABLES = /^(?:(?:bench|images|k8s|tools)\/|(?:services|tests)\/.*\.(?:cc|h|js)$|compose\.yml$|Dockerfile$|\.bazelrc$)/;
const SETTINGS = 'docs/configuration.md';
/** Its names are another product's. */
const FORMER_SETTINGS = /^## Coming from [^]*?(?=^## )/m;

const read = (file) => readFileSync(join(ROOT, file), 'utf8');
// The checkout may belong to somebody else than root, who runs the tests.
const tracked = execFileSync('git', ['-C', ROOT, '-c', 'safe.directory=*', 'ls-files', '-z'], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && isFile(file));
const files = new Set(tracked);
const folders = new Set(tracked.flatMap((file) => ancestorsOf(file)));
const pages = tracked.filter((file) => file.endsWith('.md')).map((file) => ({ file, text: read(file) }));
const anchors = new Map(pages.map(({ file, text }) => [file, anchorsOf(text)]));

/** Not one that is about to be removed, nor a submodule's folder. */
function isFile(file) {
  return statSync(join(ROOT, file), { throwIfNoEntry: false })?.isFile() ?? false;
}

function ancestorsOf(file) {
  const found = ['.'];
  for (let folder = posix.dirname(file); folder !== '.'; folder = posix.dirname(folder)) found.push(folder);
  return found;
}

/** What is wrong with a link of `page`; null: nothing, or it leads elsewhere. */
function faultOf(page, target) {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return null;
  const [path, anchor] = target.split('#', 2);
  const file = path === '' ? page
    : posix.normalize(path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), decodeURIComponent(path)));
  if (!files.has(file) && !folders.has(file.replace(/\/$/, ''))) return `there is no file "${file}"`;
  if (anchor === undefined) return null;
  if (!file.endsWith('.md')) return /^L\d+(?:-L\d+)?$/.test(anchor) ? null : `"${file}" has no headings`;
  return anchors.get(file).has(decodeURIComponent(anchor)) ? null : `"${file}" has no heading "#${anchor}"`;
}

/** All faults of all pages, as "page:line: what"; `look` yields those of one page. */
function faultsOf(look) {
  return pages.flatMap(({ file, text }) => look(file, text).map(({ line, fault }) => `${file}:${line}: ${fault}`));
}

test('there are pages, and they have links', () => {
  assert.ok(pages.length > 20);
  assert.ok(pages.flatMap(({ text }) => linksOf(text)).length > 40);
});

test('every link leads to a file that is there, and to a heading of it', () => {
  assert.deepEqual(faultsOf((file, text) => linksOf(text)
    .map(({ target, line }) => ({ line, fault: faultOf(file, target) }))
    .filter(({ fault }) => fault !== null)), []);
});

test('every page is reached from README.md', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const { target } of linksOf(read(page))) {
      const file = posix.normalize(posix.join(posix.dirname(page), target.split('#')[0]));
      if (files.has(file) && file.endsWith('.md')) reached.add(file);
    }
  }
  const lost = pages.map(({ file }) => file).filter((file) => file.startsWith('docs/') && !reached.has(file));
  assert.deepEqual(lost, []);
});

test('every command of ./kozmic that is named is one that its help lists', () => {
  const help = execFileSync('bash', [join(ROOT, 'kozmic'), 'help'], { encoding: 'utf8' });
  const listed = listedCommands(help);
  assert.ok(listed.has('up') && listed.size > 5, help);
  assert.deepEqual(faultsOf((_, text) => commandsOf(text)
    .filter(({ name }) => !listed.has(name))
    .map(({ name, line }) => ({ line, fault: `./kozmic help lists no "${name}"` }))), []);
});

test('every variable that is named is one that something reads', () => {
  const without = (file, text) => (file === SETTINGS ? text.replace(FORMER_SETTINGS, (part) => part.replace(/[^\n]/g, ' ')) : text);
  const sources = tracked.filter((file) => READ_VARIABLES.test(file)).map(read);
  const known = new Set([...sources, without(SETTINGS, read(SETTINGS))].flatMap((text) => variablesOf(text).map(({ name }) => name)));
  assert.ok(known.size > 50);
  assert.deepEqual(faultsOf((file, text) => variablesOf(without(file, text))
    .filter(({ name }) => !isKnown(name, known))
    .map(({ name, line }) => ({ line, fault: `nothing reads ${name}` }))), []);
});
