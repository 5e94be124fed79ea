// Holds what a browser loads, gzipped, against its budgets; fails when one is exceeded. Reads the
// bundler's list of what needs what, which is not for the gateway, and removes it.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';

const DIST = new URL('../dist/', import.meta.url).pathname;
const INITIAL_JS = 35_000;
const LAZY_ROUTE = 15_000;
const EDITOR = 100_000;
const CSS = 8_000;
const LAZY_CSS = 2_000;
const RUN_TIME_PACKAGES = 20;

const manifest = JSON.parse(readFileSync(`${DIST}.vite/manifest.json`, 'utf8'));
const gzipped = (files) => files.reduce((sum, file) => sum + statSync(`${DIST}${file}.gz`).size, 0);
let exceeded = false;

function hold(what, size, budget) {
  console.log(`${what}: ${size} of ${budget}`);
  if (size <= budget) return;
  console.error(`${what} is over its budget`);
  exceeded = true;
}

/** The chunks that must be there before `chunk` runs, itself included. */
function needed(chunk, known = new Set()) {
  if (known.has(chunk)) return known;
  known.add(chunk);
  for (const other of manifest[chunk].imports ?? []) needed(other, known);
  return known;
}

const initial = needed('index.html');
const known = new Set(Object.values(manifest).map(({ file }) => file));
// The worker is not in the list, but every page starts it.
const others = readdirSync(`${DIST}assets`)
  .filter((name) => name.endsWith('.js') && !known.has(`assets/${name}`))
  .map((name) => `assets/${name}`);
hold('initial JavaScript', gzipped([...[...initial].map((chunk) => manifest[chunk].file), ...others]), INITIAL_JS);

/** What is there for sure when `chunk` is asked for: what all who ask for it need themselves. */
function before(chunk) {
  const askers = Object.keys(manifest).filter((name) => manifest[name].dynamicImports?.includes(chunk));
  const theirs = askers.map((name) => needed(name, new Set(initial)));
  return new Set(Object.keys(manifest).filter((name) => theirs.every((there) => there.has(name))));
}

for (const [name, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue;
  const there = before(name);
  const later = [...needed(name)].filter((other) => !there.has(other)).map((other) => manifest[other]);
  const files = later.map(({ file }) => file);
  hold(name, gzipped(files), name === 'src/editor/mount.ts' ? EDITOR : LAZY_ROUTE);
  const styles = later.flatMap(({ css = [] }) => css);
  if (styles.length > 0) hold(`${name}, its CSS`, gzipped(styles), LAZY_CSS);
}

hold('initial CSS', gzipped([...initial].flatMap((chunk) => manifest[chunk].css ?? [])), CSS);

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
hold('run-time packages', shipped.length, RUN_TIME_PACKAGES);

rmSync(`${DIST}.vite`, { recursive: true });
process.exitCode = exceeded ? 1 : 0;
