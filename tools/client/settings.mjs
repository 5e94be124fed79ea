// ./kozmic settings: a project's settings as a file, and such a file applied.
import { readFile } from 'node:fs/promises';
import { Api } from './api.mjs';
import { only, parse } from './arguments.mjs';
import { clean } from './clean.mjs';
import { Failure, PASSED, Usage } from './failure.mjs';
import { projectAt, projectNumber } from './places.mjs';

const VERBS = {
  future: { added: 'adds', changed: 'changes', removed: 'deletes' },
  past: { added: 'added', changed: 'changed', removed: 'deleted' },
};

export async function settings(argv, { environment, output }) {
  const { options, rest } = parse(argv, { apply: true, 'dry-run': false, remove: false, json: false });
  const place = projectAt(only(rest, 'project'), environment);
  for (const option of ['dry-run', 'remove', 'json']) {
    if (options[option] && !options.apply) throw new Usage(`--${option} goes with --apply FILE`);
  }
  const file = options.apply && await contentOf(options.apply);
  const api = new Api(place.server, environment);
  const url = `/api/v1/projects/${await projectNumber(api, place)}/settings/file`;
  if (file === undefined) {
    await output.bytes(await api.text(url));
    return PASSED;
  }
  const query = new URLSearchParams({ dry_run: Boolean(options['dry-run']), remove: Boolean(options.remove) });
  const plan = await api.put(`${url}?${query}`, file, 'application/yaml');
  if (options.json) output.json(plan);
  else show(plan, output);
  return PASSED;
}

/** Byte for byte: what is no text is for the server to refuse. */
async function contentOf(path) {
  try {
    if (path !== '-') return await readFile(path);
    const parts = [];
    for await (const part of process.stdin) parts.push(part);
    return Buffer.concat(parts);
  } catch (error) {
    throw new Failure(`cannot read ${path === '-' ? 'standard input' : path}: ${error.code ?? error.message}`);
  }
}

function show({ applied, changes, missing }, output) {
  const verbs = applied ? VERBS.past : VERBS.future;
  if (changes.length === 0) output.line('Nothing differs: the settings are as the file says.');
  for (const { what, title, action, fields } of changes) {
    const thing = what === 'hook' ? `the hook "${clean(title)}"` : 'how builds are run';
    output.line(`${verbs[action]} ${thing}${fields.length > 0 ? `: ${fields.map(clean).join(', ')}` : ''}`);
  }
  for (const sentence of missing) output.note(clean(sentence));
}
