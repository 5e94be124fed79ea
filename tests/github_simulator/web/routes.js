import fs from 'node:fs';
import { commitPage } from './commit_page.js';
import { html } from './html.js';
import { errorPage, page } from './page.js';
import { repositoryPage } from './repository_page.js';

const STYLE = fs.readFileSync(new URL('./style.css', import.meta.url));

/**
 * Pages for people. Nobody is signed in on them, so they show public repositories only.
 * @param {import('../simulator.js').Simulator} sim
 */
export function webRoutes(sim) {
  const { state, urls, storage } = sim;
  const missing = () => errorPage(404, 'This is not the web page you are looking for.');
  const get = (path, handler) => ({ method: 'GET', path, handler });
  /** A page about a public repository; from a former name it leads to the present one. */
  const of = (path, handler) => get(`/:owner/:repo${path}`, async (request) => {
    const { owner, repo } = request.params;
    const repository = state.repositories.find(owner, repo);
    const moved = repository ? null : state.repositories.findMoved(owner, repo);
    if (moved && !moved.private) {
      const rest = request.target.split('/').slice(3).map((part) => `/${part}`).join('');
      return { status: 301, headers: { location: `${urls.repository(moved)}${rest}` } };
    }
    if (!repository || repository.private) return missing();
    return (await handler(repository, request.params)) ?? missing();
  });
  const list = (title, repositories) => page({ title, content: html`
    <h1>${title}</h1>
    <div class="card">${repositories.map((repository) => html`
      <div class="row"><span class="grow">
        <a href="${urls.repository(repository)}">${repository.owner}/${repository.name}</a>
        <span class="muted">${repository.description}</span></span></div>`)}</div>` });
  const visible = () => state.repositories.all().filter((repository) => !repository.private);

  return [
    get('/', async () => list('Repositories', visible())),
    get('/assets/style.css', async () => ({
      status: 200, headers: { 'content-type': 'text/css; charset=utf-8' }, body: STYLE,
    })),
    get('/avatars/u/:id', async (request) => {
      const accounts = [...state.users.all(), ...state.organizations.all()];
      const account = accounts.find(({ id }) => String(id) === request.params.id);
      return account ? avatar(account) : missing();
    }),
    get('/:owner', async (request) => {
      const account = state.findAccount(request.params.owner);
      if (!account) return missing();
      return list(account.login, visible().filter(({ owner_id: id }) => id === account.id));
    }),
    of('', (repository) => repositoryPage(sim, repository, repository.default_branch)),
    of('/tree/*branch', (repository, { branch }) => (
      repository.refs.has(`refs/heads/${branch}`) ? repositoryPage(sim, repository, branch) : null)),
    of('/commit/:sha', async (repository, params) => {
      const sha = await storage.open(repository).resolve(params.sha);
      return sha && commitPage(sim, repository, sha);
    }),
  ];
}

function avatar({ id, login }) {
  const hue = (id * 137) % 360;
  const image = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
    <rect width="40" height="40" fill="hsl(${hue} 45% 45%)"/>
    <text x="20" y="27" font-family="sans-serif" font-size="20" fill="#fff" text-anchor="middle">${
      login[0].toUpperCase()}</text></svg>`;
  return { status: 200, headers: { 'content-type': 'image/svg+xml', 'cache-control': 'no-cache' },
           body: image.toString() };
}
