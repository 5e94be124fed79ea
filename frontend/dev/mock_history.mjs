// The made-up history of a project's settings, and its settings as a file.
import { error, json } from './mock_http.mjs';

const LONGEST_LISTED = 200;

export function fieldChanges(names, before, after) {
  return names.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null, omitted: false }));
}

/** The newest of a project's changes. */
export function addChange(changes, change) {
  changes.unshift({
    id: `p${changes.length + 1}`, at: new Date().toISOString(), login: 'ada', by_access_token: false, title: null,
    action: 'changed', fields: [], ...change,
  });
}

export function answerHistory(response, all, id, query) {
  if (id !== '') {
    const found = all.find((change) => change.id === id);
    return found ? json(response, 200, found) : error(response, 404, 'not_found', 'There is no such change.');
  }
  const from = Number(query.get('page_token') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  const changes = all.slice(from, from + limit).map((change) => ({
    ...change,
    fields: change.fields.map((field) => JSON.stringify(field).length <= LONGEST_LISTED ? field : { ...field, before: null, after: null, omitted: true }),
  }));
  const next = from + limit < all.length ? String(from + limit) : null;
  return json(response, 200, { changes, next_page_token: next });
}

/** Knows of a file no more than titles, one a line. */
export async function answerSettingsFile(request, response, list, query, addHook) {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'application/yaml', 'content-disposition': 'attachment; filename="octo-hello.kozmic.yaml"' });
    return response.end(`version: 1\nhooks:\n${list.map(({ title }) => `  - title: ${title}\n`).join('')}`);
  }
  let text = '';
  for await (const part of request) text += part;
  if (request.headers['content-type'] !== 'application/yaml') return error(response, 415, 'content_type', 'The body has the wrong Content-Type.');
  if (!text.startsWith('version: 1\n')) return error(response, 422, 'invalid_argument', 'version: say 1');
  const titles = [...text.matchAll(/title: (.+)$/gm)].map(([, title]) => title);
  const apply = query.get('dry_run') !== 'true';
  const changes = titles.filter((title) => !list.some((hook) => hook.title === title))
    .map((title) => ({ what: 'hook', title, action: 'added', fields: [] }));
  if (query.get('remove') === 'true') {
    const gone = list.filter(({ title }) => !titles.includes(title));
    changes.push(...gone.map(({ title }) => ({ what: 'hook', title, action: 'removed', fields: [] })));
    if (apply) gone.forEach((hook) => list.splice(list.indexOf(hook), 1));
  }
  if (apply) changes.filter(({ action }) => action === 'added').forEach(({ title }) => addHook({ title, image: 'debian:12', script: 'make' }));
  return json(response, 200, { applied: apply, changes, missing: text.includes('TOKEN') ? ['The secret TOKEN has no value here.'] : [] });
}
