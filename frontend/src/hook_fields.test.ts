import { expect, it } from 'vitest';
import type { HookFields } from './api/types';
import {
  checkHook,
  hasAdvancedFault,
  isAdvanced,
  linesOf,
  NEW_HOOK,
  normalizePath,
  noteOnBranches,
  noteOnFiles,
  noteOnScript,
  toFields,
  toValues,
} from './hook_fields';

const HOOK: HookFields = {
  title: 'Tests',
  image: 'debian:12',
  script: 'make\n',
  install_script: '',
  tracked_files: ['package.json', 'tools/setup'],
  enabled: false,
  branches: ['main', 'release/**'],
  events: ['push', 'tag'],
  labels: ['arm64', 'gpu'],
  timeout_seconds: 100,
  stall_timeout_seconds: 7,
  max_parallel: 3,
  services: [{ name: 'db', image: 'postgres:16', environment: { A: 'b' } }],
};

const NOTHING = /^$/;

it('comes back from the form as it went in', () => {
  expect(toFields(toValues(HOOK))).toEqual(HOOK);
});

it('sends events in one order, however they were ticked', () => {
  expect(toFields({ ...NEW_HOOK, events: ['tag', 'push'] }).events).toEqual(['push', 'tag']);
});

it('K21: takes one entry a line, each once', () => {
  expect(linesOf(' a \n\n\tb/c\r\na\nA\n')).toEqual(['a', 'b/c', 'A']);
});

it.each([
  ['././a/../x', 'x'],
  ['a//b/', 'a/b'],
  ['.', '.'],
  ['a/..', '.'],
  ['../x', null],
  ['a/../../x', null],
])('K21: %s is %s', (path, normal) => {
  expect(normalizePath(path)).toBe(normal);
});

it('K19: asks for what is required, and for an event', () => {
  const empty = { ...NEW_HOOK, title: ' ', image: '', script: '\n', events: [] };
  expect(checkHook(empty)).toEqual({
    title: 'This field is required.',
    image: 'This field is required.',
    script: 'This field is required.',
    events: 'Choose at least one.',
  });
  expect(checkHook({ ...NEW_HOOK, title: 'Tests' })).toEqual({});
});

it.each([
  ['/etc/passwd', /begins with a slash/],
  ['a\n../../x', /“..\/..\/x” leads out/],
  ['./.git/config', /git’s own/],
  [`ok\n${'x'.repeat(251)}`, /longer than 250/],
  [Array.from({ length: 101 }, (_, i) => `f${i}`).join('\n'), /At most 100; these are 101/],
  ['.gitignore\n.github/workflows\n', NOTHING],
])('does not save tracked files like %j', (text, fault) => {
  const found = checkHook({ ...NEW_HOOK, title: 'T', tracked_files: text }).tracked_files;
  expect(found ?? '').toMatch(fault);
});

it.each([
  ['', NOTHING],
  ['src', NOTHING],
  ['src/*.c', /taken literally/],
  ['./src/', /“.\/src\/” is saved as “src”/],
  ['./', /whole repository/],
])('says of the tracked file %j: %s', (text, note) => {
  expect(noteOnFiles(text)).toMatch(note);
});

it.each([
  ['', NOTHING],
  ['main', NOTHING],
  ['**', NOTHING],
  ['*', /leave this empty/],
  ['release/*', /“release\/\*” does not match another slash; “release\/\*\*” does/],
  ['release/**', NOTHING],
  ['refs/heads/main', /Leave out/],
  ['!main', /excludes nothing/],
])('says of the branch glob %j: %s', (text, note) => {
  expect(noteOnBranches(text, ['push'])).toMatch(note);
});

it('says that branches do not hold for tags', () => {
  expect(noteOnBranches('main', ['tag'])).toMatch(/^Tags/);
});

it('says who runs a script without an interpreter', () => {
  expect(noteOnScript('make\n')).toMatch(/\/bin\/sh/);
  expect(noteOnScript('#!/usr/bin/env python3\n')).toBe('');
  expect(noteOnScript(' \n')).toBe('');
});

it('P16, P21: sends what the services take when nothing was said', () => {
  const { labels, timeout_seconds, stall_timeout_seconds, max_parallel } = toFields(NEW_HOOK);
  expect({ labels, timeout_seconds, stall_timeout_seconds, max_parallel }).toEqual({
    labels: [],
    timeout_seconds: 3600,
    stall_timeout_seconds: 900,
    max_parallel: 0,
  });
  expect(isAdvanced(NEW_HOOK)).toBe(false);
  expect(isAdvanced(toValues(HOOK))).toBe(true);
});

it.each([
  [{ labels: 'GPU' }, /“GPU” is not a label/],
  [{ labels: Array.from({ length: 11 }, (_, i) => `l${i}`).join('\n') }, /At most 10; these are 11/],
  [{ labels: 'gpu\narm64\ngpu' }, NOTHING],
  [{ timeout_seconds: '' }, /From 1 minute/],
  [{ timeout_seconds: '0.5' }, /From 1 minute/],
  [{ timeout_seconds: '10081' }, /a week/],
  [{ timeout_seconds: 'long' }, /From 1 minute/],
  [{ timeout_seconds: '10080' }, NOTHING],
  [{ stall_timeout_seconds: '1441' }, /a day/],
  [{ stall_timeout_seconds: '0.2' }, NOTHING],
  [{ max_parallel: '1.5' }, /whole number/],
  [{ max_parallel: '-1' }, /whole number/],
  [{ max_parallel: '1001' }, /up to 1000/],
  [{ max_parallel: ' ' }, NOTHING],
])('P16, P21: says of %j: %s', (typed, words) => {
  const faults = checkHook({ ...NEW_HOOK, title: 'T', ...typed });
  expect(Object.values(faults).join()).toMatch(words);
  expect(hasAdvancedFault(faults)).toBe(words !== NOTHING);
});
