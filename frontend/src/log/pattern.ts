/** What is looked for in a log. */
export interface Query {
  text: string;
  regex: boolean;
  matchCase: boolean;
}

/** A row with a great many matches is not worth counting to its end. */
const MOST_IN_ROW = 1_000;

export type Pattern = { regex: RegExp } | { problem: string };

/** The expression for a query, or what is wrong with it. */
export function compile({ text, regex, matchCase }: Query): Pattern {
  const source = regex ? text : text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  try {
    return { regex: new RegExp(source, matchCase ? 'g' : 'gi') };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { problem: words.replace(/^Invalid regular expression:.*: /, 'Not a regular expression: ') };
  }
}

/** Calls back with the place and length of each match in `text`; empty ones are none. */
export function eachMatch(regex: RegExp, text: string, found: (start: number, length: number) => void): void {
  regex.lastIndex = 0;
  for (let count = 0; count < MOST_IN_ROW; ) {
    const match = regex.exec(text);
    if (!match) return;
    const { length } = match[0];
    if (length === 0) {
      if (++regex.lastIndex > text.length) return;
    } else {
      found(match.index, length);
      count++;
    }
  }
}
