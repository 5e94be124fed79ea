/** An environment variable as its row in a form holds it. */
export interface Variable {
  /** Tells the rows apart. */
  row: number;
  name: string;
  value: string;
}

export const MOST_VARIABLES = 100;
const LONGEST_NAME = 100;
const MOST_BYTES = 65_536;

/** Rows in which nothing was typed are none. */
function typed(variables: readonly Variable[]): Variable[] {
  return variables.filter(({ name, value }) => name.trim() !== '' || value !== '');
}

/** What keeps variables from being sent, or "". */
export function faultOfVariables(variables: readonly Variable[]): string {
  const known = new Set<string>();
  let bytes = 0;
  for (const { name: written, value } of typed(variables)) {
    const name = written.trim();
    if (name === '') return 'One of the values has no name.';
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      return `“${name.slice(0, 60)}” is not a name: use letters, digits and “_” only, and do not begin with a digit.`;
    }
    if (name.length > LONGEST_NAME) return `“${name.slice(0, 60)}…” is longer than ${LONGEST_NAME} characters.`;
    if (/^(KOZMIC|CI)/.test(name)) return `“${name}” begins with KOZMIC or CI, which are our own.`;
    if (known.has(name)) return `“${name}” is there twice.`;
    known.add(name);
    bytes += name.length + new TextEncoder().encode(value).length;
  }
  if (known.size > MOST_VARIABLES) return `At most ${MOST_VARIABLES}; these are ${known.size}.`;
  return bytes > MOST_BYTES ? 'Too long: 64 KB in all at most.' : '';
}

/** By name, as they are sent. */
export function recordOf(variables: readonly Variable[]): Record<string, string> {
  return Object.fromEntries(typed(variables).map(({ name, value }) => [name.trim(), value]));
}
