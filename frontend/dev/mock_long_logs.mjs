// Logs as long as one likes. No two lines are alike: a browser that keeps equal texts once would seem
// to need less memory than it does.
const E = '\x1b';
const COLOURED = 8;

const WORDS = {
  latin: { compiling: 'Compiling', unused: 'unused parameter', end: 'with -O2 -g -Wall -Wextra' },
  other: { compiling: 'Компиляция ✓', unused: '未使用のパラメータ', end: '— настройки -O2 -g' },
};

function line(number, lines, { compiling, unused, end }) {
  const count = `${String(number).padStart(7)}/${lines}`;
  const file = `lib/module_${number % 4001}/source_${number % 89}.cc`;
  return number % COLOURED === 0
    ? `${E}[33mwarning:${E}[0m ${file}:${number}: ${unused} ${E}[1m'context_${number}'${E}[0m [-Wunused]`
    : `[${count}] ${compiling} ${file} ${end} -o obj/${number}.o`;
}

/** About 90 characters a line; `words` says in which script. */
export function longLog(lines, words = 'latin') {
  const parts = [];
  for (let from = 1; from <= lines; from += 10_000) {
    const count = Math.min(10_000, lines - from + 1);
    parts.push(Buffer.from(Array.from({ length: count }, (_, i) => `${line(from + i, lines, WORDS[words])}\n`).join('')));
  }
  return Buffer.concat(parts);
}

/** How many bytes the first `lines` lines have. */
export function bytesOfLines(bytes, lines, from = 0) {
  let end = from;
  for (let i = 0; i < lines && end < bytes.length; i++) end = bytes.indexOf(10, end) + 1;
  return end;
}
