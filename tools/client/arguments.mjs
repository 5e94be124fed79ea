// A command's options and what stands beside them.
import { Usage } from './failure.mjs';

/**
 * `options` has for each name whether a value follows: `{ branch: true, json: false }`. Options may stand
 * anywhere; after `--` there are none.
 * @returns {{ options: Record<string, string | true>, rest: string[] }}
 */
export function parse(argv, options) {
  const given = {};
  const rest = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i];
    if (argument === '--') return { options: given, rest: [...rest, ...argv.slice(i + 1)] };
    if (!argument.startsWith('-') || argument === '-') {
      rest.push(argument);
      continue;
    }
    const [, name, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name === undefined || !Object.hasOwn(options, name)) throw new Usage(`there is no option "${argument}"`);
    if (Object.hasOwn(given, name)) throw new Usage(`--${name} is given twice`);
    if (!options[name]) {
      if (value !== undefined) throw new Usage(`--${name} takes no value`);
      given[name] = true;
      continue;
    }
    // Who forgot the value did not mean the next option by it; --name=--value does.
    given[name] = value ?? (argv[i + 1]?.startsWith('--') ? undefined : argv[++i]);
    if (!given[name]) throw new Usage(`--${name} needs a value`);
  }
  return { options: given, rest };
}

/** The only argument, called `what` in messages. */
export function only(rest, what) {
  if (rest.length === 0) throw new Usage(`which ${what}?`);
  if (rest.length > 1) throw new Usage(`one ${what} at a time, not also "${rest[1]}"`);
  return rest[0];
}

/** A whole number from `least` to `most`; undefined when the option is not given. */
export function numberOf(options, name, least, most = Number.MAX_SAFE_INTEGER) {
  if (options[name] === undefined) return undefined;
  const number = /^\d{1,16}$/.test(options[name]) ? Number(options[name]) : NaN;
  if (number >= least && number <= most) return number;
  throw new Usage(`--${name} takes a number ${most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `from ${least} on`}`);
}
