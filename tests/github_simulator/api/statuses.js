import { json } from '../http/answer.js';
import { HttpError, validationFailed } from '../http/errors.js';
import { paginate } from '../http/pagination.js';
import { minimalRepository } from '../shapes/repository.js';
import { simpleStatus, statusShape } from '../shapes/status.js';
import { combinedState } from '../state/statuses.js';
import { repositoryOf } from './access.js';
import { resolveCommit } from './commits.js';
import { endpoint } from './endpoint.js';

const STATES = ['error', 'failure', 'pending', 'success'];
const DESCRIPTION_CAP = 140;
const CONTEXT_CAP = 255;
const PER_CONTEXT_CAP = 1000;

/** @param {import('../simulator.js').Simulator} sim */
export function statusRoutes(sim) {
  const { state, urls, storage, journal, clock } = sim;
  return [
    endpoint(sim, {
      method: 'POST', path: '/repos/:owner/:repo/statuses/:sha', scopes: ['repo', 'repo:status'],
      docs: 'commits/statuses#create-a-commit-status',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params, 'push');
      const fields = validStatus(await request.jsonObject());
      const { sha } = request.params;
      if (!(await storage.open(repository).hasCommit(sha))) {
        throw new HttpError(422, `No commit found for SHA: ${sha}`);
      }
      const same = state.statuses.of(repository.id, sha)
        .filter(({ context }) => context === fields.context);
      if (same.length >= PER_CONTEXT_CAP) {
        throw statusError('context', 'This SHA and context has reached the maximum number of ' +
                                     'statuses.');
      }
      const status = { id: state.statuses.nextId(), sha, ...fields, creator_id: viewer.user.id,
                       created_at: clock.now() };
      await journal.commit('status_created', {
        repository_id: repository.id, repository: `${repository.owner}/${repository.name}`, status,
      });
      const created = statusShape(urls, state, repository, status);
      return json(201, created, { location: created.url });
    }),

    endpoint(sim, {
      method: 'GET', path: '/repos/:owner/:repo/commits/*ref/statuses',
      docs: 'commits/statuses#list-commit-statuses-for-a-reference',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params);
      const sha = await resolveCommit(sim, repository, request.params.ref);
      const { items, headers } =
        paginate(request, state.statuses.of(repository.id, sha), urls.web);
      const shape = (status) => statusShape(urls, state, repository, status);
      return json(200, items.map(shape), headers);
    }),

    endpoint(sim, {
      method: 'GET', path: '/repos/:owner/:repo/commits/*ref/status',
      docs: 'commits/statuses#get-the-combined-status-for-a-specific-reference',
    }, async (request, viewer) => {
      const repository = repositoryOf(sim, viewer, request.params);
      const sha = await resolveCommit(sim, repository, request.params.ref);
      const latest = state.statuses.latestOf(repository.id, sha);
      const { items, headers } = paginate(request, latest, urls.web);
      const commitUrl = `${urls.repositoryApi(repository)}/commits/${sha}`;
      return json(200, {
        state: combinedState(latest),
        statuses: items.map((status) => simpleStatus(urls, state, repository, status)),
        sha,
        total_count: latest.length,
        repository: minimalRepository(urls, state, repository),
        commit_url: commitUrl,
        url: `${commitUrl}/status`,
      }, headers);
    }),
  ];
}

function statusError(field, message) {
  return validationFailed({ resource: 'Status', code: 'custom', field, message });
}

function validStatus({ state, description = null, target_url: targetUrl = null, context = null }) {
  if (state === undefined) throw new HttpError(422, 'Invalid request.\n\n"state" wasn\'t supplied.');
  if (!STATES.includes(state)) throw statusError('state', 'state is not included in the list');
  for (const [name, value] of Object.entries({ description, target_url: targetUrl, context })) {
    if (value !== null && typeof value !== 'string') {
      throw new HttpError(422, `Invalid request.\n\nFor 'properties/${name}', ${
        JSON.stringify(value)} is not a string.`);
    }
  }
  checkLength('description', description, DESCRIPTION_CAP);
  checkLength('context', context, CONTEXT_CAP);
  if (targetUrl && !(/^https?:\/\//i.test(targetUrl) && URL.canParse(targetUrl))) {
    throw statusError('target_url', 'target_url must use http(s) scheme');
  }
  return { state, description, target_url: targetUrl || null, context: context || 'default' };
}

function checkLength(field, text, cap) {
  if (text !== null && [...text].length > cap) {
    throw statusError(field, `${field} is too long (maximum is ${cap} characters)`);
  }
}
