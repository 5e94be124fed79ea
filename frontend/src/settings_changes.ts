import { structuredPatch } from 'diff';
import type { BuildSettings, FieldChange, Hook, HookFields, SettingsChange, SettingValue } from './api/types';

/** What is shown around lines that differ. */
const AROUND = 3;
/** For texts that hardly have a line in common. */
const LONGEST_DIFF_MS = 500;
const LONGEST_INLINE = 80;

/** What somebody did, after their name: "changed the hook Tests". The title stands by itself. */
export function deedOf({ subject, action }: SettingsChange): { words: string; hasTitle: boolean } {
  const [kind = ''] = subject.split('/');
  const verb = { added: 'added', changed: 'changed', removed: 'deleted' }[action];
  switch (kind) {
    case 'hooks':
      return { words: `${verb} the hook`, hasTitle: true };
    case 'secrets':
      return { words: action === 'changed' ? 'gave a new value to the secret' : `${verb} the secret`, hasTitle: true };
    case 'registries':
      return { words: `${verb} the registry`, hasTitle: true };
    case 'notificationHooks':
      return {
        words: action === 'changed' ? 'gave a new secret to the notifications to' : `${verb} the notifications to`,
        hasTitle: true,
      };
    case 'deployKey':
      return { words: action === 'added' ? 'added the deploy key' : 'replaced the deploy key', hasTitle: false };
    case 'badge':
      return { words: 'replaced the token of the badge', hasTitle: false };
    case 'settings':
      return { words: 'changed how builds are run', hasTitle: false };
    default:
      return { words: `${verb} ${subject}`, hasTitle: false };
  }
}

/** A value as people read it: lists one entry a line. */
export function textOf(value: SettingValue): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join('\n');
  return JSON.stringify(value, null, 2);
}

export interface DiffLine {
  kind: 'same' | 'old' | 'new' | 'gap';
  text: string;
}

/** Lines of two texts that differ, with what is around them. */
export function diffOf(before: string, after: string): DiffLine[] {
  const patch = structuredPatch('', '', before, after, '', '', { context: AROUND, timeout: LONGEST_DIFF_MS });
  if (!patch) return [...linesOf(before, 'old'), ...linesOf(after, 'new')];
  const lines: DiffLine[] = [];
  for (const hunk of patch.hunks) {
    if (hunk.oldStart > 1 || lines.length > 0) lines.push({ kind: 'gap', text: '' });
    for (const line of hunk.lines) {
      const kind = ({ '-': 'old', '+': 'new', ' ': 'same' } as const)[line[0] ?? ''];
      // The remaining ones are remarks, of a missing line end.
      if (kind) lines.push({ kind, text: line.slice(1) });
    }
  }
  return lines;
}

function linesOf(text: string, kind: 'old' | 'new'): DiffLine[] {
  if (text === '') return [];
  return text.replace(/\n$/, '').split('\n').map((line) => ({ kind, text: line }));
}

export type FieldView =
  | { kind: 'inline'; before: string; after: string }
  | { kind: 'lines'; lines: DiffLine[] };

/** How a field's change is shown. */
export function viewOf({ before, after }: FieldChange): FieldView {
  const texts = { before: textOf(before), after: textOf(after) };
  const isShort = (text: string) => text.length <= LONGEST_INLINE && !text.includes('\n');
  if (isShort(texts.before) && isShort(texts.after)) return { kind: 'inline', ...texts };
  return { kind: 'lines', lines: diffOf(texts.before, texts.after) };
}

/** Whether what a change did can be undone by what it tells. */
export function canPutBack({ subject, action }: SettingsChange): boolean {
  if (subject === 'settings') return true;
  return subject.startsWith('hooks/') && action !== 'added';
}

/** The number of the hook that a change is of. */
export function hookOf({ subject }: SettingsChange): number {
  return Number(subject.slice('hooks/'.length));
}

function beforeOf(change: SettingsChange): Record<string, SettingValue> {
  return Object.fromEntries(change.fields.map(({ field, before }) => [field, before]));
}

/** A hook as it was before a change: `hook` is as it is now, null when it has been deleted. */
export function hookBefore(change: SettingsChange, hook: Hook | null): HookFields {
  const { id: _id, created_at: _created, updated_at: _updated, ...now } = hook ?? ({} as Hook);
  return { ...now, ...beforeOf(change) } as HookFields;
}

export function buildSettingsBefore(change: SettingsChange, now: BuildSettings): BuildSettings {
  return { ...now, ...beforeOf(change) } as BuildSettings;
}
