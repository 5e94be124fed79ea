import { ZERO_SHA } from '../git/repository.js';
import { personTime } from '../git/objects.js';
import { common } from './common.js';

const COMMITS_CAP = 2048; // GitHub's

/**
 * @typedef {object} RefChange
 * @property {string} ref full name
 * @property {string} before ZERO_SHA: created
 * @property {string} after ZERO_SHA: deleted
 *
 * @typedef {object} Context
 * @property {import('../shapes/urls.js').Urls} urls
 * @property {import('../state/state.js').State} state
 * @property {import('../state/repositories.js').Repository} repository
 * @property {import('../git/repository.js').GitRepository} git
 * @property {import('../state/users.js').User} pusher
 * @property {number} at when the push came, ms
 */

/**
 * The payload of a push event: of one branch or tag created, moved or deleted.
 * @param {Context} context
 * @param {RefChange} change
 * @param {Map<string, string>} othersBefore every other ref as it was before this change
 */
export async function pushPayload(context, change, othersBefore) {
  const { urls, state, repository, git, pusher } = context;
  const { ref, before, after } = change;
  const created = before === ZERO_SHA;
  const deleted = after === ZERO_SHA;
  const isTag = ref.startsWith('refs/tags/');

  const head = deleted ? null : await git.resolve(isTag ? ref : after);
  const commits = isTag || !head ? [] : await pushedCommits(git, change, othersBefore);
  const wanted = head ? [...new Set([...commits.map(({ sha }) => sha), head])] : [];
  const described = await describe(context, wanted);
  const withDistinct = commits.map(({ sha, distinct }) => ({ ...described.get(sha), distinct }))
    .map(orderKeys);
  const forced = !created && !deleted && (await git.reachable([before], [after], 1)).length > 0;

  const shared = common(urls, state, repository, pusher);
  const owner = state.account(repository.owner_id);
  return {
    ref,
    before,
    after,
    repository: {
      ...shared.repository,
      // In push events, unlike elsewhere, two times are numbers and the owner has name and e-mail.
      owner: { name: owner.login, email: owner.email ?? null, ...shared.repository.owner },
      url: urls.repository(repository),
      created_at: Math.floor(repository.created_at / 1000),
      pushed_at: Math.floor(context.at / 1000),
      stargazers: 0,
      master_branch: repository.default_branch,
    },
    pusher: { name: pusher.login, email: pusher.email },
    sender: shared.sender,
    created,
    deleted,
    forced,
    base_ref: created && head ? baseRef(othersBefore, head, repository.default_branch) : null,
    compare: compareUrl(urls.repository(repository), change, commits),
    commits: withDistinct,
    head_commit: head ? orderKeys({ ...described.get(head), distinct: true }) : null,
  };
}

/** @returns {Promise<{sha: string, distinct: boolean}[]>} oldest first */
async function pushedCommits(git, { before, after }, othersBefore) {
  const others = [...new Set(othersBefore.values())];
  if (before === ZERO_SHA) {
    const shas = await git.reachable([after], others, COMMITS_CAP);
    return shas.reverse().map((sha) => ({ sha, distinct: true }));
  }
  const shas = await git.reachable([after], [before], COMMITS_CAP);
  const fresh = new Set(await git.reachable([after], [before, ...others], COMMITS_CAP));
  return shas.reverse().map((sha) => ({ sha, distinct: fresh.has(sha) }));
}

/** The branch on whose head a new branch or tag was put. */
function baseRef(others, head, defaultBranch) {
  const branches = [...others.keys()].filter((ref) => ref.startsWith('refs/heads/'));
  branches.sort((a, b) => Number(b === `refs/heads/${defaultBranch}`) -
                          Number(a === `refs/heads/${defaultBranch}`));
  return branches.find((ref) => others.get(ref) === head) ?? null;
}

function compareUrl(web, { ref, before, after }, commits) {
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  if (before !== ZERO_SHA) return `${web}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`;
  if (commits.length === 0) return `${web}/compare/${name}`;
  return `${web}/compare/${commits[0].sha.slice(0, 12)}^...${after.slice(0, 12)}`;
}

/** @returns {Promise<Map<string, object>>} */
async function describe({ urls, state, repository, git }, shas) {
  const [commits, changes] = await Promise.all([git.commits(shas), git.changes(shas)]);
  const person = (who) => {
    const account = state.users.findByEmail(who.email);
    return { name: who.name, email: who.email, ...(account && { username: account.login }) };
  };
  return new Map(commits.map((commit) => [commit.sha, {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: personTime(commit.committer),
    url: urls.commit(repository, commit.sha),
    author: person(commit.author),
    committer: person(commit.committer),
    ...changes.get(commit.sha),
  }]));
}

/** GitHub's order, for those who compare by eye. */
function orderKeys({ id, tree_id, distinct, ...rest }) {
  return { id, tree_id, distinct, ...rest };
}
