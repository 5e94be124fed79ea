/** Every page's address, and the way back from an address to its page. */
export type Route =
  | { page: 'login' }
  | { page: 'projects' }
  | { page: 'new-project' }
  | { page: 'project'; project: number }
  | { page: 'history'; project: number }
  | { page: 'settings'; project: number }
  | { page: 'build'; project: number; build: number | 'latest'; job: number | null }
  | { page: 'missing' };

export const paths = {
  projects: '/projects/',
  newProject: '/repositories/',
  latest: (project: number) => `/projects/${project}/builds/latest/`,
  history: (project: number, before?: number) =>
    `/projects/${project}/history/${before ? `?before=${before}` : ''}`,
  settings: (project: number) => `/projects/${project}/settings/`,
  build: (project: number, build: number) => `/projects/${project}/builds/${build}/`,
  job: (project: number, build: number | 'latest', job: number) =>
    `/projects/${project}/builds/${build}/jobs/${job}/`,
};

const ID = '([1-9]\\d{0,15})';
const BUILD = new RegExp(`^/projects/${ID}/builds/(latest|[1-9]\\d{0,15})/(?:jobs/${ID}/)?$`);
const PROJECT = new RegExp(`^/projects/${ID}/(history/|settings/)?$`);

/** A missing slash at the end is forgiven. */
export function match(address: string): Route {
  const path = address.endsWith('/') ? address : `${address}/`;
  if (path === '/' || path === paths.projects) return { page: 'projects' };
  if (path === paths.newProject) return { page: 'new-project' };
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
  const project = PROJECT.exec(path);
  if (!project) return { page: 'missing' };
  const id = Number(project[1]);
  if (project[2] === 'history/') return { page: 'history', project: id };
  if (project[2] === 'settings/') return { page: 'settings', project: id };
  return { page: 'project', project: id };
}

/** True for a path that is safe to go to after signing in: ours, and not another host in disguise. */
export function isLocalPath(path: string): boolean {
  return /^\/(?![/\\])[^\\]*$/.test(path);
}
