import { isoSeconds } from '../base/clock.js';
import { nodeId } from './urls.js';
import { simpleUser } from './user.js';

/**
 * "commit" of the REST API.
 * @param {import('./urls.js').Urls} urls
 * @param {import('../state/state.js').State} state
 * @param {import('../state/repositories.js').Repository} repository
 * @param {import('../git/objects.js').Commit} commit
 * @param {import('../git/repository.js').FileChange[]} files
 */
export function commitShape(urls, state, repository, commit, files) {
  const api = urls.repositoryApi(repository);
  const web = urls.repository(repository);
  const account = ({ email }) => {
    const user = state.users.findByEmail(email);
    return user ? simpleUser(urls, user) : null;
  };
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', `${repository.id}:${commit.sha}`),
    commit: {
      author: person(commit.author),
      committer: person(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null,
                      verified_at: null },
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: urls.commit(repository, commit.sha),
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: account(commit.author),
    committer: account(commit.committer),
    parents: commit.parents.map((sha) => ({
      sha, url: `${api}/commits/${sha}`, html_url: urls.commit(repository, sha),
    })),
    stats: { total: additions + deletions, additions, deletions },
    files: files.map((file) => ({
      ...file,
      changes: file.additions + file.deletions,
      blob_url: `${web}/blob/${commit.sha}/${encodePath(file.filename)}`,
      raw_url: `${web}/raw/${commit.sha}/${encodePath(file.filename)}`,
      contents_url: `${api}/contents/${encodePath(file.filename)}?ref=${commit.sha}`,
    })),
  };
}

function person({ name, email, at }) {
  return { name, email, date: isoSeconds(at * 1000) };
}

function encodePath(path) {
  return path.split('/').map(encodeURIComponent).join('/');
}

