// What GitHub has sent to the made-up projects, and what became of it.
import { createHash } from 'node:crypto';
import { error, json } from './mock_http.mjs';

const start = Date.now();
const KINDS = [
  { event: 'push', ref: 'refs/heads/main', status: 'built', outcome: 'Built.' },
  { event: 'push', ref: 'refs/heads/main', status: 'ignored', outcome: 'Its commit message has “[skip ci]”.' },
  { event: 'pull_request', action: 'opened', ref: 'refs/pull/12/head', status: 'built', outcome: 'Waits for approval: it comes from the fork mallory/orbit.', receipts: 2 },
  { event: 'pull_request', action: 'labeled', ref: '', status: 'ignored', outcome: 'Labels change nothing about what is built.' },
  { event: 'push', ref: 'refs/heads/feature/a-branch-with-a-name-that-goes-on-and-on-and-on-and-on', status: 'failed', outcome: 'GitHub no longer accepts the access of this project’s owner: they must sign in again. <b>Nothing</b> was built.' },
  { event: 'ping', ref: '', status: 'done', outcome: 'GitHub said hello.' },
  { event: 'push', ref: 'refs/tags/v1.0', status: 'waiting', outcome: 'GitHub does not answer; it is asked again in 20 s.' },
];

function deliveryOf(id) {
  const kind = KINDS[id % KINDS.length];
  const hash = createHash('sha1').update(`delivery ${id}`).digest('hex');
  const body = JSON.stringify({ ref: kind.ref, after: hash, head_commit: { message: '<script>alert(1)</script>', long: 'x'.repeat(300) }, repository: { full_name: 'acme/orbit' } });
  return {
    id, hook_id: 1, hook_title: id % 5 === 0 ? '' : 'Tests', action: '', receipts: 1, ...kind,
    guid: `${hash.slice(0, 8)}-${hash.slice(8, 12)}-11ee-${hash.slice(12, 16)}-${hash.slice(16, 28)}`,
    commit: kind.ref ? hash : '', received_at: new Date(start - (121 - id) * 700_000).toISOString(),
    builds: kind.status === 'built' ? [1 + (id % 6)] : [], body_size: body.length, body,
  };
}

const DELIVERIES = Array.from({ length: 120 }, (_, index) => deliveryOf(120 - index));

/** Answers true when `rest` is about deliveries, and has been dealt with. */
export function answerDeliveries(response, project, rest, query) {
  const [, id] = /^\/deliveries(?:\/(\d+))?$/.exec(rest) ?? [];
  if (!rest.startsWith('/deliveries')) return false;
  const all = project.id === 9 ? DELIVERIES : [];
  if (id) {
    const found = all.find((one) => one.id === Number(id));
    if (!found) error(response, 404, 'not_found', 'There is no such delivery.');
    else if (project.role === 'member') error(response, 403, 'permission_denied', 'your role in this project does not allow that');
    else json(response, 200, found);
    return true;
  }
  const before = Number(query.get('page_token') ?? Infinity);
  const state = query.get('state');
  const fitting = all.filter((one) => one.id < before && (!state || one.status === state));
  const page = fitting.slice(0, Number(query.get('limit') ?? 50));
  const deliveries = page.map((one) => ({ ...one, body: undefined }));
  const more = fitting.length > deliveries.length;
  json(response, 200, { deliveries, next_page_token: more ? String(deliveries.at(-1).id) : null });
  return true;
}
