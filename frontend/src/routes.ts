import type { BuildFilter } from './api/projects';
import type { Query } from './log/pattern';

/** The parts of a project's settings, each a page of its own. */
export type Section =
  | 'hooks'
  | 'builds'
  | 'secrets'
  | 'registries'
  | 'notifications'
  | 'members'
  | 'deploy-key'
  | 'badge'
  | 'history'
  | 'file'
  | 'danger';

/** Every page's address, and the way back from an address to its page. */
export type Route =
  | { page: 'home' }
  | { page: 'login' }
  | { page: 'projects' }
  | { page: 'wallboard' }
  | { page: 'repositories' }
  | { page: 'account' }
  | { page: 'docs' }
  | { page: 'runners' }
  | { page: 'queue' }
  | { page: 'project'; project: number }
  | { page: 'history'; project: number }
  | { page: 'deliveries'; project: number }
  | { page: 'search'; project: number }
  | { page: 'new-build'; project: number }
  | { page: 'settings'; project: number; section: Section }
  /** null: a hook that is yet to be added. */
  | { page: 'hook'; project: number; hook: number | null }
  | { page: 'compare'; project: number; build: number; job: number }
  | { page: 'build'; project: number; build: number | 'latest'; job: number | null }
  | { page: 'missing' };

const paged = (path: string, page: string | null) => (page ? `${path}?${new URLSearchParams({ page })}` : path);

export const paths = {
  home: '/',
  projects: '/projects/',
  wallboard: '/wallboard/',
  repositories: '/repositories/',
  account: '/account/settings/',
  docs: '/docs/',
  /** For administrators. `page`: where to go on. */
  runners: (page: string | null = null) => paged('/admin/runners/', page),
  queue: (page: string | null = null) => paged('/admin/queue/', page),
  latest: (project: number) => `/projects/${project}/builds/latest/`,
  /** `before`: where to go on. */
  history: (project: number, before: number | null = null, filter?: BuildFilter) => {
    const { status = null, branch = '', author = '', text = '' } = filter ?? {};
    const given = Object.entries({ status, branch, author, q: text, before: before?.toString() }).filter(
      (entry): entry is [string, string] => !!entry[1],
    );
    return `/projects/${project}/history/${given.length ? `?${new URLSearchParams(given)}` : ''}`;
  },
  /** `state`: of deliveries that are shown; `page`: where to go on. */
  deliveries: (project: number, query: { state?: string | null; page?: string | null } = {}) => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
    return `/projects/${project}/deliveries/${given.length ? `?${new URLSearchParams(given)}` : ''}`;
  },
  /** In the logs of all of a project's builds. */
  search: (project: number, query?: Query) => {
    if (!query || query.text === '') return `/projects/${project}/search/`;
    const given = new URLSearchParams({ q: query.text });
    if (query.regex) given.set('regex', '1');
    if (query.matchCase) given.set('case', '1');
    return `/projects/${project}/search/?${given}`;
  },
  newBuild: (project: number) => `/projects/${project}/builds/new/`,
  settings: (project: number, section: Section = 'hooks') =>
    `/projects/${project}/settings/${section === 'hooks' ? '' : `${section}/`}`,
  addHook: (project: number) => `/projects/${project}/hooks/add/`,
  hook: (project: number, hook: number) => `/projects/${project}/hooks/${hook}/edit/`,
  build: (project: number, build: number) => `/projects/${project}/builds/${build}/`,
  job: (project: number, build: number | 'latest', job: number, attempt: number | null = null) =>
    `/projects/${project}/builds/${build}/jobs/${job}/${attempt === null ? '' : `?attempt=${attempt}`}`,
  /** What one attempt's log has that the last green one has not. */
  compare: (project: number, build: number, job: number, attempt: number) =>
    `/projects/${project}/builds/${build}/jobs/${job}/compare/?attempt=${attempt}`,
  /** Has GitHub asked who this is, and comes back to `next`. */
  signIn: (next: string) => `/_auth/?next=${encodeURIComponent(next)}`,
};

const PAGES: Record<string, Route> = {
  '/': { page: 'home' },
  '/login/': { page: 'login' },
  [paths.projects]: { page: 'projects' },
  [paths.wallboard]: { page: 'wallboard' },
  [paths.repositories]: { page: 'repositories' },
  [paths.account]: { page: 'account' },
  [paths.docs]: { page: 'docs' },
  [paths.runners()]: { page: 'runners' },
  [paths.queue()]: { page: 'queue' },
};

const ID = '([1-9]\\d{0,15})';
const BUILD = new RegExp(`^builds/(latest|[1-9]\\d{0,15})/(?:jobs/${ID}/)?$`);
const COMPARE = new RegExp(`^builds/${ID}/jobs/${ID}/compare/$`);
const HOOK = new RegExp(`^hooks/(?:add|${ID}/edit)/$`);
const SETTINGS =
  /^settings\/(?:(hooks|builds|secrets|registries|notifications|members|deploy-key|badge|history|file|danger)\/)?$/;
const PROJECT = new RegExp(`^/projects/${ID}/(.*)$`);

/** A missing slash at the end is forgiven. */
export function match(address: string): Route {
  const path = address.endsWith('/') ? address : `${address}/`;
  const found = PROJECT.exec(path);
  if (!found) return Object.hasOwn(PAGES, path) ? (PAGES[path] as Route) : { page: 'missing' };
  return matchInProject(Number(found[1]), found[2] ?? '');
}

function matchInProject(project: number, path: string): Route {
  if (path === '') return { page: 'project', project };
  if (path === 'history/') return { page: 'history', project };
  if (path === 'deliveries/') return { page: 'deliveries', project };
  if (path === 'search/') return { page: 'search', project };
  if (path === 'builds/new/') return { page: 'new-build', project };
  if (path === 'hooks/') return { page: 'settings', project, section: 'hooks' };
  const settings = SETTINGS.exec(path);
  if (settings) return { page: 'settings', project, section: (settings[1] ?? 'hooks') as Section };
  const hook = HOOK.exec(path);
  if (hook) return { page: 'hook', project, hook: hook[1] === undefined ? null : Number(hook[1]) };
  const compared = COMPARE.exec(path);
  if (compared) return { page: 'compare', project, build: Number(compared[1]), job: Number(compared[2]) };
  const build = BUILD.exec(path);
  if (!build) return { page: 'missing' };
  return {
    page: 'build',
    project,
    build: build[1] === 'latest' ? 'latest' : Number(build[1]),
    job: build[2] === undefined ? null : Number(build[2]),
  };
}

/** True for a path that is safe to go to after signing in: ours, and not another host in disguise. */
export function isLocalPath(path: string): boolean {
  return /^\/(?![/\\])[^\\]*$/.test(path);
}
