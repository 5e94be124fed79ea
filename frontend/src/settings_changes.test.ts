import { describe, expect, it } from 'vitest';
import type { BuildSettings, Hook, SettingsChange } from './api/types';
import { labelOf } from './setting_labels';
import {
  buildSettingsBefore,
  canPutBack,
  deedOf,
  diffOf,
  hookBefore,
  hookOf,
  textOf,
  viewOf,
} from './settings_changes';
import { Random } from './testing/random';

const CHANGE: SettingsChange = {
  id: 'p1',
  at: '2026-12-01T10:00:00.000Z',
  login: 'ada',
  by_access_token: false,
  subject: 'hooks/7',
  title: 'Tests',
  action: 'changed',
  fields: [],
};

describe('what somebody did', () => {
  const deeds: [string, SettingsChange['action'], string][] = [
    ['hooks/7', 'added', 'added the hook'],
    ['hooks/7', 'removed', 'deleted the hook'],
    ['secrets/TOKEN', 'changed', 'gave a new value to the secret'],
    ['secrets/TOKEN', 'removed', 'deleted the secret'],
    ['registries/ghcr.io', 'changed', 'changed the registry'],
    ['notificationHooks/3', 'added', 'added the notifications to'],
    ['deployKey', 'added', 'added the deploy key'],
    ['deployKey', 'changed', 'replaced the deploy key'],
    ['badge', 'changed', 'replaced the token of the badge'],
    ['settings', 'changed', 'changed how builds are run'],
    ['something/new', 'added', 'added something/new'],
  ];
  it.each(deeds)('%s %s', (subject, action, words) => {
    expect(deedOf({ ...CHANGE, subject, action }).words).toBe(words);
  });

  it('calls fields as the forms do', () => {
    expect(labelOf('install_script')).toBe('Install script');
    expect(labelOf('something_new')).toBe('something_new');
  });
});

describe('values', () => {
  it('are texts', () => {
    expect(textOf(null)).toBe('');
    expect(textOf(true)).toBe('yes');
    expect(textOf(3600)).toBe('3600');
    expect(textOf(['main', 'release/*'])).toBe('main\nrelease/*');
    expect(textOf([{ name: 'db' }])).toContain('"name": "db"');
  });

  it('that are short stand in one line', () => {
    const field = { field: 'image', before: 'debian:11', after: 'debian:12', omitted: false };
    expect(viewOf(field)).toEqual({ kind: 'inline', before: 'debian:11', after: 'debian:12' });
    expect(viewOf({ ...field, after: 'x'.repeat(81) }).kind).toBe('lines');
    expect(viewOf({ ...field, before: 'a\nb' }).kind).toBe('lines');
  });
});

describe('lines that differ', () => {
  it('are shown with those around them', () => {
    const text = Array.from({ length: 20 }, (_, line) => `line ${line}`);
    const other = [...text];
    other[10] = 'another';
    expect(diffOf(text.join('\n'), other.join('\n'))).toEqual([
      { kind: 'gap', text: '' },
      ...[7, 8, 9].map((line) => ({ kind: 'same', text: `line ${line}` })),
      { kind: 'old', text: 'line 10' },
      { kind: 'new', text: 'another' },
      ...[11, 12, 13].map((line) => ({ kind: 'same', text: `line ${line}` })),
    ]);
  });

  it('are all those of a text that came or went', () => {
    expect(diffOf('', 'a\nb\n')).toEqual([
      { kind: 'new', text: 'a' },
      { kind: 'new', text: 'b' },
    ]);
    expect(diffOf('a', '')).toEqual([{ kind: 'old', text: 'a' }]);
  });

  it('turn one text into the other, whatever they are', () => {
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed);
      const lines = () => Array.from({ length: random.below(12) }, () => random.pick(['a', 'b', '-', '+', ' ', '\\', '']));
      const [before, after] = [lines(), lines()];
      const whole = (text: string[]) => text.map((line) => `${line}\n`).join('');
      const diff = diffOf(whole(before), whole(after));
      const count = new Map<string, number>();
      const add = (line: string, by: number) => count.set(line, (count.get(line) ?? 0) + by);
      for (const line of before) add(line, 1);
      for (const line of after) add(line, -1);
      for (const { kind, text } of diff) if (kind !== 'gap' && kind !== 'same') add(text, kind === 'old' ? -1 : 1);
      expect([seed, [...count.values()].filter((left) => left !== 0)]).toEqual([seed, []]);
    }
  });
});

describe('putting back', () => {
  const fields = [
    { field: 'image', before: 'debian:11', after: 'debian:12', omitted: false },
    { field: 'enabled', before: true, after: false, omitted: false },
  ];
  it('is offered for what a change tells all of', () => {
    expect(canPutBack(CHANGE)).toBe(true);
    expect(canPutBack({ ...CHANGE, action: 'removed' })).toBe(true);
    expect(canPutBack({ ...CHANGE, action: 'added' })).toBe(false);
    expect(canPutBack({ ...CHANGE, subject: 'settings' })).toBe(true);
    expect(canPutBack({ ...CHANGE, subject: 'secrets/TOKEN' })).toBe(false);
  });

  it('touches only what the change did', () => {
    const hook = { id: 7, title: 'Tests', image: 'debian:13', enabled: false, created_at: '', updated_at: '' } as Hook;
    expect(hookOf(CHANGE)).toBe(7);
    expect(hookBefore({ ...CHANGE, fields }, hook)).toEqual({ title: 'Tests', image: 'debian:11', enabled: true });
    expect(hookBefore({ ...CHANGE, fields }, null)).toEqual({ image: 'debian:11', enabled: true });
    const settings = { mail: true, max_parallel: 3 } as BuildSettings;
    const change = { ...CHANGE, fields: [{ field: 'mail', before: false, after: true, omitted: false }] };
    expect(buildSettingsBefore(change, settings)).toEqual({ mail: false, max_parallel: 3 });
  });
});
