// The made-up repositories, and a sync of them that takes a while.
// GET /dev/repositories?count=5000&state=never|done|failed&code=sign_in_needed changes them.
import { error, json } from './mock_http.mjs';

const PAGE = 100;
const PAGE_MS = 250;
const WORDS = ['web', 'api', 'worker', 'docs', 'infra', 'mobile', 'search', 'billing', 'auth', 'tools'];

function repository(id, owner, name, isPrivate, description) {
  return { id, full_name: `${owner}/${name}`, name, private: isPrivate, description, url: `https://github.com/${owner}/${name}` };
}

function some() {
  return [
    { login: 'ada', avatar_url: '/dev/avatar.svg', organization: false, repositories: [
      repository(1, 'ada', 'analytical-engine', false, 'Notes on the analytical engine, with a program for Bernoulli numbers'),
      repository(2, 'ada', 'dotfiles', true, null),
      repository(3, 'ada', 'readonly', false, 'Creating its project answers that admin rights are needed'),
      repository(4, 'ada', 'unavailable', false, 'Creating its project answers that GitHub does not answer'),
      repository(5, 'ada', 'revoked', true, 'Creating its project answers that one has to sign in again'),
    ] },
    { login: 'acme', avatar_url: '', organization: true, repositories: [
      repository(6, 'acme', 'a-repository-with-a-name-as-long-as-github-allows-them-to-be-which-is-a-hundred-characters-in-all-yes', true, '<b>“Bold”</b> & a description that goes on and on, past the end of any row and far beyond what anybody would want to read in a list'),
      repository(7, 'acme', 'billing', true, 'Invoices'),
      repository(8, 'acme', 'infra', true, 'Terraform and friends'),
    ] },
    { login: 'the-organisation-with-a-long-name-39-chr', avatar_url: '/dev/missing.png', organization: true, repositories: [
      repository(9, 'the-organisation-with-a-long-name-39-chr', 'site', false, 'Сайт организации, 組織のサイト, 🚀'),
    ] },
  ];
}

function many(count) {
  const owners = ['ada', ...Array.from({ length: 9 }, (_, index) => `organisation-${index + 1}`)];
  return owners.map((login, place) => ({
    login, avatar_url: place === 0 ? '/dev/avatar.svg' : '', organization: place > 0,
    repositories: Array.from({ length: Math.floor(count / owners.length) }, (_, index) =>
      repository(place * 100_000 + index + 1, login, `${WORDS[index % 10]}-${index + 1}`, index % 3 === 0, `The ${WORDS[(index + 3) % 10]} of ${login}, number ${index + 1}`)),
  }));
}

let owners = some();
const total = () => owners.reduce((sum, owner) => sum + owner.repositories.length, 0);
const never = { state: 'never', pages_done: 0, pages_total: null, repositories: 0, started_at: null, synced_at: null, error: null };
let sync = { ...never, state: 'done', pages_done: 3, pages_total: 3, repositories: 9, started_at: new Date(Date.now() - 5e6).toISOString(), synced_at: new Date(Date.now() - 5e6).toISOString() };
let begun = 0;
let ending = null;

export function setRepositories(query) {
  const count = query.get('count');
  if (count !== null) owners = count === '0' ? [] : Number(count) > 20 ? many(Number(count)) : some();
  ending = query.get('code');
  const state = query.get('state');
  if (state === 'never') sync = never;
  if (state === 'failed') fail();
  if (state === 'done') sync = { ...never, state, repositories: total(), synced_at: new Date().toISOString() };
  if (state === 'running') start();
}

function fail() {
  const code = ending ?? 'github_unavailable';
  sync = { ...sync, state: 'failed', error: { code, message: 'GitHub answered with status 502.' } };
}

function start() {
  begun = Date.now();
  sync = { ...sync, state: 'running', pages_done: 0, pages_total: null, repositories: 0, started_at: new Date().toISOString(), error: null };
}

/** How far the sync is by now. */
function now() {
  if (sync.state !== 'running') return sync;
  const pages = Math.max(6, Math.ceil(total() / PAGE));
  const done = Math.min(pages, Math.floor((Date.now() - begun) / PAGE_MS));
  sync = { ...sync, pages_done: done, pages_total: done > 1 ? pages : null, repositories: Math.min(total(), Math.ceil((total() * done) / pages)) };
  if (done < pages) return sync;
  if (ending) fail();
  else sync = { ...sync, state: 'done', synced_at: new Date().toISOString() };
  return sync;
}

export function forget(fullName) {
  owners = owners
    .map((owner) => ({ ...owner, repositories: owner.repositories.filter((one) => one.full_name !== fullName) }))
    .filter((owner) => owner.repositories.length > 0);
}

export function repositories(request, response, path) {
  const { method } = request;
  if (path === '/api/v1/repositories') return json(response, 200, { owners, sync: now() });
  if (path !== '/api/v1/repositories/sync') return error(response, 404, 'not_found', 'There is no such thing.');
  if (method === 'GET') return json(response, 200, now());
  if (now().state !== 'running') start();
  return json(response, 202, now());
}
