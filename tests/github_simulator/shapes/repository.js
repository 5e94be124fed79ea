import { isoSeconds } from '../base/clock.js';
import { permissionFlags, permissionOf, roleOf } from '../state/permissions.js';
import { nodeId } from './urls.js';
import { simpleUser } from './user.js';

/** URL fields of "minimal-repository", relative to the repository's API address. */
const API_URLS = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

/**
 * @typedef {import('./urls.js').Urls} Urls
 * @typedef {import('../state/state.js').State} State
 * @typedef {import('../state/repositories.js').Repository} Repository
 */

/**
 * What every form of a repository has: the "repository" of combined statuses.
 * @param {Urls} urls
 * @param {State} state
 * @param {Repository} repository
 */
export function minimalRepository(urls, state, repository) {
  const api = urls.repositoryApi(repository);
  const links = Object.entries(API_URLS).map(([name, suffix]) => [name, `${api}${suffix}`]);
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: `${repository.owner}/${repository.name}`,
    private: repository.private,
    owner: simpleUser(urls, state.account(repository.owner_id)),
    html_url: urls.repository(repository),
    description: repository.description || null,
    fork: state.repositories.findById(repository.parent_id ?? 0) !== undefined,
    url: api,
    ...Object.fromEntries(links),
  };
}

/**
 * "repository", as lists and webhooks carry it.
 * @param {Urls} urls
 * @param {State} state
 * @param {Repository} repository
 */
export function fullRepository(urls, state, repository) {
  const host = urls.web.replace(/^https?:\/\//, '');
  return {
    ...minimalRepository(urls, state, repository),
    created_at: isoSeconds(repository.created_at),
    updated_at: isoSeconds(repository.updated_at),
    pushed_at: isoSeconds(repository.pushed_at),
    git_url: `git://${host}/${repository.owner}/${repository.name}.git`,
    ssh_url: urls.sshClone(repository),
    clone_url: urls.clone(repository),
    svn_url: urls.repository(repository),
    homepage: repository.homepage,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: repository.default_branch,
  };
}

/**
 * With what the asking user may do.
 * @param {Urls} urls
 * @param {State} state
 * @param {Repository} repository
 * @param {import('../state/users.js').User} viewer
 */
export function repositoryFor(urls, state, repository, viewer) {
  const held = permissionOf(state, repository, viewer);
  return {
    ...fullRepository(urls, state, repository),
    permissions: permissionFlags(held),
    ...(held && { role_name: roleOf(held) }),
  };
}

/**
 * "full-repository": one asked for by itself.
 * @param {Urls} urls
 * @param {State} state
 * @param {Repository} repository
 * @param {import('../state/users.js').User} viewer
 */
export function repositoryDetail(urls, state, repository, viewer) {
  const organization = state.organizations.findById(repository.owner_id);
  const related = (id) => {
    const found = state.repositories.findById(id ?? 0);
    return found && fullRepository(urls, state, found);
  };
  const [parent, source] = [related(repository.parent_id), related(repository.source_id)];
  return {
    ...repositoryFor(urls, state, repository, viewer),
    ...(organization && { organization: simpleUser(urls, organization) }),
    ...(parent && { parent, source: source ?? parent }),
    network_count: 0,
    subscribers_count: 0,
  };
}
