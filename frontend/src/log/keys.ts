/** What the reader can do with a log by a key. */
export type Command =
  | 'find'
  | 'next'
  | 'previous'
  | 'next-error'
  | 'previous-error'
  | 'next-group'
  | 'previous-group'
  | 'copy'
  | 'times'
  | 'wrap'
  | 'full-screen'
  | 'keys'
  | 'close';

export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const SINGLE: Record<string, Command> = {
  '/': 'find',
  n: 'next',
  N: 'previous',
  e: 'next-error',
  E: 'previous-error',
  ']': 'next-group',
  '[': 'previous-group',
  c: 'copy',
  t: 'times',
  w: 'wrap',
  f: 'full-screen',
  '?': 'keys',
};

/** @param singles whether keys without Ctrl mean something; some readers' tools press them by themselves. */
export function commandOf({ key, ctrlKey, metaKey, altKey }: Key, singles: boolean): Command | null {
  if (ctrlKey || metaKey) return key === 'f' && !altKey && !(ctrlKey && metaKey) ? 'find' : null;
  if (key === 'Escape') return 'close';
  return (singles && Object.hasOwn(SINGLE, key) && SINGLE[key]) || null;
}
