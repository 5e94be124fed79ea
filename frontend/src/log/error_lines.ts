import type { StyledLine } from './line_editor';
import type { LogStore } from './store';
import { paletteColour, type StyleTable } from './style';

/** A compiler says what is wrong at the beginning. */
const MOST_CHARACTERS = 1_000;

/** Most lines have none of these, and need no closer look. */
const WORDS = /err|fail|fatal|panic|traceback|not ok|fault|exception|exit|not found|segm|\*\*\*/i;

/**
 * What may be before the first word: time, level in brackets, the name of a program or of a worker. Few,
 * and each told from the next by a space, so that there is but one way to read a line.
 */
const LEAD = String.raw`^\s*(?:\[[^\][]{1,40}\]\s*|(?:[\d:.,TZ+-]{5,35}|[\w./@-]{1,40}:|[>|*#✗✘×x•●-]{1,4})\s+){0,4}`;

const SIGNS: readonly RegExp[] = [
  // error: fatal: panic: ERROR! error[E0308]: (of whatever program, at whatever place)
  /(?:^|[\s:([])(?:error|fatal|panic|fatal error|internal compiler error)(?:\[[^\]]{1,20}\])?\s?[:!]/i,
  new RegExp(`${LEAD}(?:ERROR|FATAL|FAIL|FAILED|FAILURE|PANIC|CRITICAL)(?:$|[\\s:!\\]])`),
  new RegExp(`${LEAD}(?:error|fatal|failed|failure|panic)(?:$|[:!]|\\s(?:to|in|on|at|while|with|during|building)\\b)`, 'i'),
  /^[^a-z]{0,40}\[\s*(?:error|fatal|fail|failed)\s*\]/i,
  /^##\[error\]|^::error[ :]/,
  /^\s*Traceback \(most recent call last\)/,
  // The word before the colon ends so in most languages: TypeError, java.lang.NullPointerException.
  /(?:^|\s)[A-Za-z][\w.$]*(?:Error|Exception)(?::\s|$)/,
  /^\s*not ok\b(?!.*#\s*(?:todo|skip))/i,
  /\*\*\* .*\b(?:Error \d|Stop\.|Segmentation fault)/,
  /\bnpm (?:ERR!|error)/,
  /\bpanicked at\b/,
  /\bsegmentation fault\b|\bcore dumped\b/i,
  /:\s(?:command )?not found$/,
  /\bexit(?:ed)?(?: with)?(?: status| code)?:? [1-9]\d{0,2}\b/i,
  /\b[1-9]\d*\s(?:\w+\s)?(?:failed|failures?|errors?)\b(?!\s?=\s?0)/i,
];

/** Colours 1 and 9 of a terminal, and the plain reds of the 256. */
const REDS = new Set([1, 9, 124, 160, 196].map(paletteColour));

/** Whether a line's words say that something went wrong. A heuristic: words of programs are not fixed. */
export function saysError(text: string): boolean {
  const beginning = text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text;
  return WORDS.test(beginning) && SIGNS.some((sign) => sign.test(beginning));
}

/** Whether the first word of a line is written in red, as programs write their errors. */
export function beginsRed({ text, runs }: StyledLine, styles: StyleTable): boolean {
  for (let i = 0; i < runs.length; i += 2) {
    const part = text.slice(runs[i], runs[i + 2]);
    const before = i === 0 ? text.slice(0, runs[0]) : '';
    if (/[\p{L}\d]/u.test(before)) return false;
    if (/\p{L}{2}/u.test(part)) return REDS.has(styles.get(runs[i + 1] ?? 0).fg);
    if (/[\p{L}\d]/u.test(part)) return false;
  }
  return false;
}

export function isError(store: LogStore, row: number): boolean {
  if (saysError(store.text(row))) return true;
  return store.hasStyles(row) && beginsRed(store.row(row), store.styles);
}
