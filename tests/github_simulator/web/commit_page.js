import { combinedState } from '../state/statuses.js';
import { html } from './html.js';
import { page } from './page.js';
import { firstLine, statusDot, time } from './parts.js';

const REFRESH_SECONDS = 2;

/**
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../state/repositories.js').Repository} repository
 * @param {string} sha of a commit that is there
 */
export async function commitPage(sim, repository, sha) {
  const { urls, state, storage } = sim;
  const [commit] = await storage.open(repository).commits([sha]);
  const latest = state.statuses.latestOf(repository.id, sha);
  const combined = combinedState(latest);
  const rows = latest.map((status) => html`
    <div class="row" data-context="${status.context}" data-state="${status.state}">
      ${statusDot(status.state, status.target_url)}
      <span class="grow"><strong>${status.context}</strong>
        <span class="muted">${status.description ?? ''}</span></span>
      ${status.target_url ? html`<a href="${status.target_url}">Details</a>` : ''}
      ${time(status.created_at)}
    </div>`);
  return page({
    title: `${firstLine(commit.message)} · ${repository.owner}/${repository.name}`,
    refreshSeconds: combined === 'pending' ? REFRESH_SECONDS : undefined,
    content: html`
      <p><a href="${urls.repository(repository)}">${repository.owner}/${repository.name}</a></p>
      <h1>${firstLine(commit.message)}</h1>
      <p class="muted">${commit.author.name} committed ${time(commit.committer.at * 1000)}
        <code>${sha}</code></p>
      <p class="message">${commit.message.split('\n').slice(1).join('\n').trim()}</p>
      <h2>Statuses</h2>
      <p id="combined" class="state ${combined}" data-state="${combined}">${combined}</p>
      <div class="card">${rows.length > 0 ? rows : html`<div class="row">None yet.</div>`}</div>`,
  });
}
