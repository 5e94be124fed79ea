// Finishes a build: compresses what the gateway serves, once and as well as possible, and holds the
// sizes against their budgets.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url).pathname;
const COMPRESSED = new Set(['.html', '.js', '.css', '.svg', '.json']);
const BUDGETS_GZ = { '.js': 35_000, '.css': 8_000 };

const totals = {};
for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
  const extension = extname(entry.name);
  if (!entry.isFile() || !COMPRESSED.has(extension)) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = readFileSync(path);
  const gz = gzipSync(bytes, { level: 9 });
  writeFileSync(`${path}.gz`, gz);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
  totals[extension] = (totals[extension] ?? 0) + gz.length;
}

for (const [extension, budget] of Object.entries(BUDGETS_GZ)) {
  const size = totals[extension] ?? 0;
  console.log(`${extension}: ${size} bytes gzipped, budget ${budget}`);
  if (size > budget) {
    console.error(`${extension} files are over their budget`);
    process.exitCode = 1;
  }
}
