import { type Faults, REQUIRED } from './api/faults';
import type { HookEvent, HookFields } from './api/types';
import { faultOfServices, type ServiceValues, toServices, toServiceValues } from './hook_services';

/** A hook as its form holds it: lists are texts of one entry a line, times are typed in minutes. */
export interface HookValues {
  title: string;
  image: string;
  script: string;
  install_script: string;
  tracked_files: string;
  enabled: boolean;
  branches: string;
  events: HookEvent[];
  labels: string;
  timeout_seconds: string;
  stall_timeout_seconds: string;
  max_parallel: string;
  services: ServiceValues[];
}

export const NEW_HOOK: HookValues = {
  title: '',
  image: 'debian:12',
  script: '#!/bin/bash\n\necho "It works!"\n',
  install_script: '',
  tracked_files: '',
  enabled: true,
  branches: '',
  events: ['push', 'pull_request'],
  labels: '',
  timeout_seconds: '60',
  stall_timeout_seconds: '15',
  max_parallel: '',
  services: [],
};

/** In the order in which they are shown. */
export const EVENTS: readonly { event: HookEvent; label: string; short: string }[] = [
  { event: 'push', label: 'Pushes to branches', short: 'pushes' },
  { event: 'pull_request', label: 'Pull requests', short: 'pull requests' },
  { event: 'tag', label: 'Tags', short: 'tags' },
];

const MOST_TRACKED_FILES = 100;
const MOST_BRANCHES = 50;
const LONGEST_LINE = 250;
const MOST_LABELS = 10;
const MOST_PARALLEL = 1000;

/** The entries of a text with one a line, without the space around them, each once. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

export function toValues(fields: HookFields): HookValues {
  return {
    title: fields.title,
    image: fields.image,
    script: fields.script,
    install_script: fields.install_script,
    tracked_files: fields.tracked_files.map((file) => `${file}\n`).join(''),
    enabled: fields.enabled,
    branches: fields.branches.map((branch) => `${branch}\n`).join(''),
    events: fields.events,
    labels: fields.labels.map((label) => `${label}\n`).join(''),
    timeout_seconds: minutesOf(fields.timeout_seconds),
    stall_timeout_seconds: minutesOf(fields.stall_timeout_seconds),
    max_parallel: countText(fields.max_parallel),
    services: toServiceValues(fields.services),
  };
}

export function toFields(values: HookValues): HookFields {
  return {
    ...values,
    labels: linesOf(values.labels),
    timeout_seconds: secondsOf(values.timeout_seconds),
    stall_timeout_seconds: secondsOf(values.stall_timeout_seconds),
    max_parallel: Number(values.max_parallel),
    services: toServices(values.services),
    tracked_files: linesOf(values.tracked_files),
    branches: linesOf(values.branches),
    events: EVENTS.map(({ event }) => event).filter((event) => values.events.includes(event)),
  };
}

function minutesOf(seconds: number): string {
  return String(Number((seconds / 60).toFixed(2)));
}

function secondsOf(minutes: string): number {
  return Math.round(Number(minutes) * 60);
}

/** A number of which 0 means no limit, as an empty field. */
export function countText(count: number): string {
  return count === 0 ? '' : String(count);
}

/** What is wrong with a number that limits something, or "". */
export function faultOfCount(text: string, most = MOST_PARALLEL): string {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= most) return '';
  return `A whole number up to ${most}, or empty for no limit.`;
}

function faultOfMinutes(text: string, least: number, most: number, words: string): string {
  const seconds = text.trim() === '' ? Number.NaN : secondsOf(text);
  return seconds >= least && seconds <= most ? '' : words;
}

/** What keeps a hook from being saved, as far as the page can tell. */
export function checkHook(values: HookValues): Faults<keyof HookValues> {
  const faults: Faults<keyof HookValues> = {};
  for (const name of ['title', 'image', 'script'] as const) {
    if (values[name].trim() === '') faults[name] = REQUIRED;
  }
  if (values.events.length === 0) faults.events = 'Choose at least one.';
  const files = checkLines(values.tracked_files, MOST_TRACKED_FILES, faultOfFile);
  if (files) faults.tracked_files = files;
  const branches = checkLines(values.branches, MOST_BRANCHES, () => '');
  if (branches) faults.branches = branches;
  const services = faultOfServices(values.services);
  if (services) faults.services = services;
  return { ...faults, ...checkAdvanced(values) };
}

function checkAdvanced(values: HookValues): Faults<keyof HookValues> {
  const faults: Faults<keyof HookValues> = {};
  const labels = checkLines(values.labels, MOST_LABELS, faultOfLabel);
  if (labels) faults.labels = labels;
  const timeout = faultOfMinutes(
    values.timeout_seconds,
    60,
    604_800,
    'From 1 minute to 10080, a week.',
  );
  if (timeout) faults.timeout_seconds = timeout;
  const stall = faultOfMinutes(
    values.stall_timeout_seconds,
    10,
    86_400,
    'From 0.2 minutes to 1440, a day.',
  );
  if (stall) faults.stall_timeout_seconds = stall;
  const count = faultOfCount(values.max_parallel);
  if (count) faults.max_parallel = count;
  return faults;
}

function faultOfLabel(label: string): string {
  if (/^[a-z0-9._-]{1,63}$/.test(label)) return '';
  return 'is not a label: 1 to 63 of a-z, 0-9, “-”, “.” and “_”';
}

function checkLines(text: string, most: number, faultOf: (line: string) => string): string {
  const lines = linesOf(text);
  if (lines.length > most) return `At most ${most}; these are ${lines.length}.`;
  for (const line of lines) {
    const characters = Array.from(line);
    const what = characters.length > LONGEST_LINE ? `is longer than ${LONGEST_LINE} characters` : faultOf(line);
    const shown = characters.slice(0, 60).join('') + (characters.length > 60 ? '…' : '');
    if (what) return `“${shown}” ${what}.`;
  }
  return '';
}

function faultOfFile(path: string): string {
  if (path.startsWith('/')) return 'begins with a slash: write it as seen from the top of the repository';
  const normal = normalizePath(path);
  if (normal === null) return 'leads out of the repository';
  if (normal === '.git' || normal.startsWith('.git/')) return 'is git’s own, not a file of the repository';
  return '';
}

/** `././a/../x` → `x`; null when it leads out of where it began. */
export function normalizePath(path: string): string | null {
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return null;
  }
  return steps.join('/') || '.';
}

const ADVANCED = ['labels', 'timeout_seconds', 'stall_timeout_seconds', 'max_parallel'] as const;

/** Whether what most hooks never need is other than in most hooks. */
export function isAdvanced(values: HookValues): boolean {
  return ADVANCED.some((name) => values[name] !== NEW_HOOK[name]);
}

/** Whether something is wrong with what most hooks never need. */
export function hasAdvancedFault(faults: Faults<keyof HookValues>): boolean {
  return ADVANCED.some((name) => faults[name] !== undefined);
}

/** What may surprise about tracked files, or "". */
export function noteOnFiles(text: string): string {
  const lines = linesOf(text);
  const starred = lines.find((line) => line.includes('*'));
  if (starred) return `“${starred}” is taken literally: name a folder to track all that is in it.`;
  const changed = lines.find((line) => (normalizePath(line) ?? line) !== line);
  if (!changed) return '';
  const normal = normalizePath(changed);
  return normal === '.' ? `“${changed}” is the whole repository.` : `“${changed}” is saved as “${normal}”.`;
}

/** What may surprise about globs of branches, or "". */
export function noteOnBranches(text: string, events: readonly HookEvent[]): string {
  const globs = linesOf(text);
  if (globs.length === 0) return '';
  const full = globs.find((glob) => glob.startsWith('refs/'));
  if (full) return `Leave out “refs/heads/”: “${full.replace(/^refs\/(heads\/)?/, '')}”.`;
  const not = globs.find((glob) => glob.startsWith('!'));
  if (not) return `“${not}” excludes nothing: a branch is built when any line matches.`;
  if (globs.includes('*')) return '“*” does not match a slash: leave this empty, or write “**”, for all branches.';
  const one = globs.find((glob) => /(^|[^*])\*$/.test(glob));
  if (one) return `“${one}” does not match another slash; “${one}*” does.`;
  if (events.includes('tag')) return 'Tags are built whatever branch they are on.';
  return '';
}

/** What may surprise about a script, or "". */
export function noteOnScript(script: string): string {
  if (script.trim() === '' || script.startsWith('#!')) return '';
  return 'The first line names no interpreter (like “#!/bin/bash”), so /bin/sh runs it.';
}
