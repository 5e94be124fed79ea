import { commitAndTell } from '../events/announce.js';
import { prepare } from '../events/pulls.js';
import { json } from '../http/answer.js';
import { HttpError, notFound } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { pullShape, simplePull } from '../shapes/pull.js';
import { allows, permissionOf } from '../state/permissions.js';
import { repositoryOf } from './access.js';
import { endpoint } from './endpoint.js';
import { branchHead, headOf, pullError } from './pull_heads.js';
import { text } from './repository_validation.js';

const WRITE = ['repo', 'public_repo'];

/** @param {import('../simulator.js').Simulator} sim */
export function pullRoutes(sim) {
  const { state, urls, journal, clock, storage } = sim;
  const all = '/repos/:owner/:repo/pulls';
  const one = `${all}/:pull_number`;
  const detail = async (pull) => {
    const git = storage.open(state.repositories.get(pull.repository_id));
    return pullShape(urls, state, pull, await git.compare(pull.base_sha, pull.head_sha));
  };
  const pullOf = (viewer, params) => {
    const repository = repositoryOf(sim, viewer, params);
    const pull = state.pulls.find(repository.id, Number(params.pull_number));
    if (!pull) throw notFound();
    return { repository, pull };
  };
  return [
    endpoint(sim, {
      method: 'GET', path: all, docs: 'pulls/pulls#list-pull-requests',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params);
      const { query } = request;
      const wanted = query.get('state') ?? 'open';
      const key = query.get('sort') === 'updated' ? 'updated_at' : 'id';
      const found = state.pulls.of(repository.id)
        .filter((pull) => wanted === 'all' || pull.state === wanted)
        .filter((pull) => pull.base_ref === (query.get('base') ?? pull.base_ref))
        .sort((a, b) => b[key] - a[key]);
      if (query.get('direction') === 'asc') found.reverse();
      const shaped = found.map((pull) => simplePull(urls, state, pull))
        .filter(({ head }) => head.label === (query.get('head') ?? head.label));
      const { items, headers } = paginate(request, shaped, urls.web);
      return json(200, items, headers);
    }),

    endpoint(sim, {
      method: 'POST', path: all, scopes: WRITE, docs: 'pulls/pulls#create-a-pull-request',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params);
      const body = await request.jsonObject();
      const title = text('title', body.title);
      if (!title) throw pullError('title', 'missing_field');
      const base = text('base', body.base) ?? '';
      const baseSha = branchHead(repository, base);
      if (!baseSha) throw pullError('base', 'invalid');
      const head = headOf(sim, viewer, repository, body);
      if (state.pulls.openFrom(head.repository.id, head.branch).some(
        (pull) => pull.repository_id === repository.id && pull.base_ref === base)) {
        throw pullError(undefined, 'custom', 'A pull request already exists for ' +
                                            `${head.repository.owner}:${head.branch}.`);
      }
      const now = clock.now();
      const pull = {
        id: 0, number: 0, // taken below
        repository_id: repository.id, title, body: text('body', body.body) ?? null,
        user_id: viewer.user.id, state: /** @type {const} */ ('open'), draft: body.draft === true,
        base_ref: base, base_sha: baseSha, head_repository_id: head.repository.id,
        head_owner_id: head.repository.owner_id, head_ref: head.branch, head_sha: head.sha,
        created_at: now, updated_at: now, closed_at: null, merged_at: null,
      };
      // One at a time, for the number.
      await sim.creation.run(async () => {
        Object.assign(pull, { id: state.pulls.nextId(),
                              number: state.pulls.nextNumber(repository.id) });
        const note = await prepare(sim, pull, viewer.user, 'opened');
        if ((await detail(pull)).commits === 0) {
          throw pullError(undefined, 'custom', `No commits between ${base} and ${head.branch}`);
        }
        await commitAndTell(sim, () => note(() => journal.append('pull_created', { pull })));
      });
      const created = await detail(pull);
      return json(201, created, { location: created.url });
    }),

    endpoint(sim, {
      method: 'GET', path: one, docs: 'pulls/pulls#get-a-pull-request',
    }, async (request, viewer) => json(200, await detail(pullOf(viewer, request.params).pull))),

    endpoint(sim, {
      method: 'PATCH', path: one, scopes: WRITE, docs: 'pulls/pulls#update-a-pull-request',
    }, async (request, viewer) => {
      const { repository, pull } = pullOf(viewer, request.params);
      if (pull.user_id !== viewer.user.id &&
          !allows(permissionOf(state, repository, viewer.user), 'push')) {
        throw new HttpError(403, 'Must have push access to update the pull request.');
      }
      const body = await request.jsonObject();
      const { changes, action, fields } = changesOf(repository, pull, body);
      if (action) {
        const note = await prepare(sim, { ...pull, ...changes }, viewer.user, action, fields);
        await commitAndTell(sim, () => note(() =>
          journal.append('pull_changed', { pull_id: pull.id, changes })));
      }
      return json(200, await detail(pull));
    }),
  ];

  /** What a PATCH changes; a change of state is told before an edit. */
  function changesOf(repository, pull, body) {
    const changes = {};
    const edited = {};
    for (const field of ['title', 'body']) {
      const value = text(field, body[field]);
      if (value === undefined || value === pull[field]) continue;
      changes[field] = value;
      edited[field] = { from: pull[field] ?? '' };
    }
    const state = text('state', body.state) ?? pull.state;
    if (state !== 'open' && state !== 'closed') throw pullError('state', 'invalid');
    if (state !== pull.state) {
      Object.assign(changes, state === 'closed' ? { state, closed_at: clock.now() }
        : reopened(pull));
      return { changes, action: state === 'closed' ? 'closed' : 'reopened', fields: {} };
    }
    const isEdited = Object.keys(edited).length > 0;
    return { changes, action: isEdited ? 'edited' : null, fields: { changes: edited } };
  }

  /** Follows what became of the head meanwhile. */
  function reopened(pull) {
    const head = state.repositories.findById(pull.head_repository_id);
    const sha = head && branchHead(head, pull.head_ref);
    if (!sha || pull.merged_at !== null) throw pullError('state', 'invalid');
    return { state: 'open', closed_at: null, head_sha: sha };
  }
}
