// The gateway's interface as a signed-in user's script sees it.
import { waitFor } from './wait.js';

export async function signIn(installation, login = 'octo') {
  const cookies = new Map();
  const request = async (url, options = {}) => {
    const headers = new Headers(options.headers);
    if (url.startsWith(installation.gateway)) {
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    }
    const answer = await fetch(url, {
      ...options, headers, redirect: 'manual', signal: AbortSignal.timeout(20_000),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name) cookies.set(name, value);
    }
    return answer;
  };
  const next = (answer) => new URL(answer.headers.get('location'), answer.url).href;
  const authorize = next(await request(`${installation.gateway}/_auth/?next=/`));
  const callback = next(await request(authorize, {
    method: 'POST', body: new URLSearchParams({ login, decision: 'authorize' }),
  }));
  await request(callback);

  const get = async (path) => {
    const answer = await request(`${installation.gateway}/api/v1${path}`);
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}`);
    return answer;
  };
  const api = {
    request,
    /** The session, for a browser. */
    cookies: () => [...cookies].map(([name, value]) => ({ name, value, url: installation.gateway })),
    /** A change; its status and JSON. */
    async change(method, path, body) {
      const { csrf_token } = await api.json('/me');
      const answer = await request(`${installation.gateway}/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrf_token },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    },
    /** The project of a repository. */
    async project(repository) {
      return (await api.json('/projects')).projects.find((project) => project.repository === repository);
    },
    status: async (path) => (await request(`${installation.gateway}/api/v1${path}`)).status,
    json: async (path) => (await get(path)).json(),
    bytes: async (path) => Buffer.from(await (await get(path)).arrayBuffer()),
    /** The build of a commit, once there is one that fulfils `condition`. */
    build: (project, commit, condition = () => true, options = {}) =>
      waitFor(`the build of ${commit}`, async () => {
        const { builds } = await api.json(`/projects/${project}/builds?limit=20`);
        const build = builds.find((one) => one.commit === commit);
        return build && condition(build) ? build : null;
      }, { seconds: 120, ...options }),
    log: (build, job = build.jobs[0]) =>
      api.bytes(`/projects/${build.project_id}/builds/${build.number}/jobs/${job.number}/log`),
  };
  return api;
}

export const ended = (build) =>
  ['success', 'failure', 'error', 'cancelled'].includes(build.status) && build.finished_at !== null;
