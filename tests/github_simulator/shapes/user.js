import { isoSeconds } from '../base/clock.js';
import { nodeId } from './urls.js';

/**
 * "simple-user" of GitHub's description: a user, or an organisation where an account is meant.
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/users.js').User | import('../state/organizations.js').Organization} user
 */
export function simpleUser(urls, user) {
  const api = `${urls.api}/users/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId(typeOf(user), user.id),
    avatar_url: `${urls.web}/avatars/u/${user.id}`,
    gravatar_id: '',
    url: api,
    html_url: `${urls.web}/${user.login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: typeOf(user),
    user_view_type: 'public',
    site_admin: false,
  };
}

/** @param {object} account */
export function typeOf(account) {
  return 'teams' in account ? 'Organization' : 'User';
}

/**
 * "public-user".
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/users.js').User | import('../state/organizations.js').Organization} user
 * @param {number} publicRepositories
 */
export function publicUser(urls, user, publicRepositories) {
  return {
    ...simpleUser(urls, user),
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: 'email' in user ? user.email : null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: publicRepositories,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: isoSeconds(user.created_at),
    updated_at: isoSeconds(user.created_at),
  };
}

/**
 * "private-user": what users see of themselves.
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/users.js').User} user
 * @param {{publicRepositories: number, privateRepositories: number}} counts
 */
export function privateUser(urls, user, { publicRepositories, privateRepositories }) {
  return {
    ...publicUser(urls, user, publicRepositories),
    private_gists: 0,
    total_private_repos: privateRepositories,
    owned_private_repos: privateRepositories,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
    plan: { name: 'free', space: 976562499, private_repos: 10000, collaborators: 0 },
  };
}
