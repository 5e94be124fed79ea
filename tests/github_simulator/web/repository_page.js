import { combinedState } from '../state/statuses.js';
import { html } from './html.js';
import { page } from './page.js';
import { firstLine, statusDot, time } from './parts.js';

const COMMITS = 25;

/**
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../state/repositories.js').Repository} repository
 * @param {string} branch
 */
export async function repositoryPage(sim, repository, branch) {
  const { urls, state, storage } = sim;
  const git = storage.open(repository);
  const head = await git.resolve(`heads/${branch}`);
  const commits = head ? await git.commits(await git.reachable([head], [], COMMITS)) : [];
  const web = urls.repository(repository);
  const branches = [...repository.refs.keys()].filter((ref) => ref.startsWith('refs/heads/'))
    .map((ref) => ref.slice('refs/heads/'.length)).filter((name) => name !== branch);

  const rows = commits.map((commit) => {
    const latest = state.statuses.latestOf(repository.id, commit.sha);
    return html`
      <div class="row" data-sha="${commit.sha}">
        ${statusDot(latest.length > 0 ? combinedState(latest) : 'none', latest[0]?.target_url)}
        <span class="grow"><a href="${web}/commit/${commit.sha}">${firstLine(commit.message)}</a>
          <span class="muted">${commit.author.name}</span></span>
        <code>${commit.sha.slice(0, 7)}</code>
        ${time(commit.committer.at * 1000)}
      </div>`;
  });

  return page({
    title: `${repository.owner}/${repository.name}`,
    content: html`
      <h1>${repository.owner}/${repository.name}</h1>
      <p class="muted">${repository.description}</p>
      <h2>Push a change</h2>
      <div class="card"><pre>${pushRecipe(urls, repository)}</pre></div>
      <h2>Commits on ${branch}</h2>
      <div class="card">${rows.length > 0 ? rows : html`<div class="row">None yet.</div>`}</div>
      ${branches.length === 0 ? '' : html`<p>Other branches: ${branches.map(
        (name) => html`<a href="${web}/tree/${name}">${name}</a> `)}</p>`}`,
  });
}

function pushRecipe(urls, repository) {
  const lines = [
    `git clone ${urls.clone(repository)}`,
    `cd ${repository.name}`,
    'echo "Hello." >> README.md',
    'git commit -am "Say hello"',
    `git push origin ${repository.default_branch}`,
  ];
  if (!repository.push_without_password) {
    lines.push('', '# Name and password: those of a user with write access, or a token.');
  }
  return lines.join('\n');
}
