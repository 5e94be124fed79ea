// What pages name beside links: commands of ./kozmic, and variables of the environment.
import { lineAt } from './markdown.js';

// The line may break between the two, and a comment of a script go on behind it.
const COMMAND = /(?<![\w/.])\.\/kozmic\s+(?:#\s+)?([a-z][a-z-]*)/g;
const VARIABLE = /(?<![A-Z0-9_])KOZMIC_[A-Z0-9_]*(?:\*|(?<=[A-Z0-9]))/g;

/** The commands of ./kozmic that the text names, in code as well: `{ name, line }`. */
export function commandsOf(text) {
  return [...text.matchAll(COMMAND)].map(({ 1: name, index }) => ({ name, line: lineAt(text, index) }));
}

/** The variables that the text names: `{ name, line }`; `KOZMIC_SMTP_*` stands for several. */
export function variablesOf(text) {
  return [...text.matchAll(VARIABLE)].map(({ 0: name, index }) => ({ name, line: lineAt(text, index) }));
}

/** The commands that the output of "./kozmic help" lists. */
export function listedCommands(help) {
  return new Set([...help.matchAll(/^ {2}\.\/kozmic ([a-z][a-z-]*)/gm)].map(([, name]) => name));
}

/** Whether the variable is one of `known`, the file that has one's value, or the beginning of some. */
export function isKnown(name, known) {
  if (name.endsWith('*')) return [...known].some((one) => one.startsWith(name.slice(0, -1)));
  return known.has(name) || known.has(name.replace(/_FILE$/, ''));
}
