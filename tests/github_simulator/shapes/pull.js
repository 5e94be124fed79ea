import { isoSeconds } from '../base/clock.js';
import { fullRepository } from './repository.js';
import { nodeId } from './urls.js';
import { simpleUser } from './user.js';

/**
 * "pull-request-simple", as in lists.
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/pulls.js').Pull} pull
 */
export function simplePull(urls, state, pull) {
  const repository = state.repositories.get(pull.repository_id);
  const head = state.repositories.findById(pull.head_repository_id);
  const user = simpleUser(urls, state.users.get(pull.user_id));
  const links = addresses(urls, repository, pull);
  const { html, issue, comments, review_comments, review_comment, commits, statuses } = links;
  const end = (account, ref, sha, repo) => ({
    label: `${account.login}:${ref}`, ref, sha, user: simpleUser(urls, account),
    repo: repo ? fullRepository(urls, state, repo) : null,
  });
  return {
    url: links.self,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: commits,
    review_comments_url: review_comments,
    review_comment_url: review_comment,
    comments_url: comments,
    statuses_url: statuses,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user,
    body: pull.body,
    labels: [],
    milestone: null,
    active_lock_reason: null,
    created_at: isoSeconds(pull.created_at),
    updated_at: isoSeconds(pull.updated_at),
    closed_at: pull.closed_at === null ? null : isoSeconds(pull.closed_at),
    merged_at: pull.merged_at === null ? null : isoSeconds(pull.merged_at),
    merge_commit_sha: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: end(state.account(pull.head_owner_id), pull.head_ref, pull.head_sha, head),
    base: end(state.account(repository.owner_id), pull.base_ref, pull.base_sha, repository),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: association(state, repository, pull.user_id),
    auto_merge: null,
    draft: pull.draft,
  };
}

/**
 * "pull-request".
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/pulls.js').Pull} pull
 * @param {import('../git/repository.js').Comparison} comparison of its base and head
 */
export function pullShape(urls, state, pull, comparison) {
  return {
    ...simplePull(urls, state, pull),
    merged: pull.merged_at !== null,
    mergeable: null,
    rebaseable: null,
    mergeable_state: 'unknown',
    merged_by: null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    ...comparison,
  };
}

function addresses(urls, repository, { number, head_sha: sha }) {
  const api = urls.repositoryApi(repository);
  const self = `${api}/pulls/${number}`;
  return {
    self,
    html: `${urls.repository(repository)}/pull/${number}`,
    issue: `${api}/issues/${number}`,
    comments: `${api}/issues/${number}/comments`,
    review_comments: `${self}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${self}/commits`,
    statuses: `${api}/statuses/${sha}`,
  };
}

function association(state, repository, userId) {
  if (repository.owner_id === userId) return 'OWNER';
  if (state.organizations.findById(repository.owner_id)?.members.has(userId)) return 'MEMBER';
  return repository.collaborators.has(userId) ? 'COLLABORATOR' : 'NONE';
}
