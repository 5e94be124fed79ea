/** Every page's address, and the way back from an address to its page. */
export type Route =
  | { page: 'login' }
  | { page: 'projects' }
  | { page: 'project'; project: number }
  | { page: 'history'; project: number }
  | { page: 'build'; project: number; build: number | 'latest'; job: number | null }
  | { page: 'missing' };

export const paths = {
  projects: '/projects/',
  latest: (project: number) => `/projects/${project}/builds/latest/`,
  history: (project: number, before?: number) =>
    `/projects/${project}/history/${before ? `?before=${before}` : ''}`,
  build: (project: number, build: number) => `/projects/${project}/builds/${build}/`,
  job: (project: number, build: number | 'latest', job: number) =>
    `/projects/${project}/builds/${build}/jobs/${job}/`,
};

const ID = '([1-9]\\d{0,15})';
const BUILD = new RegExp(`^/projects/${ID}/builds/(latest|[1-9]\\d{0,15})/(?:jobs/${ID}/)?$`);
const HISTORY = new RegExp(`^/projects/${ID}/history/$`);
const PROJECT = new RegExp(`^/projects/${ID}/$`);

/** A missing slash at the end is forgiven. */
export function match(address: string): Route {
  const path = address.endsWith('/') ? address : `${address}/`;
  if (path === '/' || path === paths.projects) return { page: 'projects' };
  if (path === '/login/') return { page: 'login' };
  const build = BUILD.exec(path);
  if (build) {
    return {
      page: 'build',
      project: Number(build[1]),
      build: build[2] === 'latest' ? 'latest' : Number(build[2]),
      job: build[3] === undefined ? null : Number(build[3]),
    };
  }
  const history = HISTORY.exec(path);
  if (history) return { page: 'history', project: Number(history[1]) };
  const project = PROJECT.exec(path);
  if (project) return { page: 'project', project: Number(project[1]) };
  return { page: 'missing' };
}

/** True for a path that is safe to go to after signing in: ours, and not another host in disguise. */
export function isLocalPath(path: string): boolean {
  return /^\/(?![/\\])[^\\]*$/.test(path);
}
