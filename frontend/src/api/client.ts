import { ApiError, fromResponse, fromThrown } from './errors';
import type { Build, BuildPage, Hook, HookFields, Me, Project } from './types';

const TIMEOUT_MS = 15_000;
/** Longer than the gateway waits for the services that ask GitHub meanwhile. */
const CHANGE_TIMEOUT_MS = 30_000;

let csrfToken = '';
let skewMs = 0;
let onSignedOut: () => void = () => {};

/** `listener` runs whenever an answer says that nobody is signed in (any more). */
export function setSignedOutListener(listener: () => void): void {
  onSignedOut = listener;
}

/** Milliseconds since the epoch by the server's clock, so that a wrong local clock shows no nonsense. */
export function serverNow(): number {
  return Date.now() + skewMs;
}

function observeClock(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(date)) return;
  // The header has whole seconds and travelled a while: only a real difference counts.
  const skew = date + 500 - Date.now();
  skewMs = Math.abs(skew) > 2_500 ? skew : 0;
}

async function send(
  path: string,
  init: RequestInit = {},
  timeoutMs = TIMEOUT_MS,
): Promise<Response> {
  let response: Response;
  try {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...init, signal });
  } catch (error) {
    throw fromThrown(error);
  }
  observeClock(response);
  if (response.ok) return response;
  const error = await fromResponse(response);
  if (error.status === 401) onSignedOut();
  throw error;
}

async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return readJson(await send(path, signal ? { signal } : {}));
}

async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw fromThrown(error);
  }
}

async function change(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<Response> {
  const attempt = () => {
    const headers: Record<string, string> = { 'X-CSRF-Token': csrfToken };
    if (!body) return send(path, { method, headers }, CHANGE_TIMEOUT_MS);
    headers['Content-Type'] = 'application/json';
    return send(path, { method, headers, body: JSON.stringify(body) }, CHANGE_TIMEOUT_MS);
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'csrf') throw error;
    // The session was renewed in another tab: take its token, once.
    await getMe();
    return await attempt();
  }
}

/** Who is signed in. Also learns the token that changes must carry. */
export async function getMe(signal?: AbortSignal): Promise<Me> {
  const me = await getJson<Me>('/api/v1/me', signal);
  csrfToken = me.csrf_token;
  return me;
}

export async function signOut(): Promise<void> {
  await change('POST', '/logout/');
}

export async function listProjects(signal?: AbortSignal): Promise<Project[]> {
  return (await getJson<{ projects: Project[] }>('/api/v1/projects', signal)).projects;
}

export function getProject(project: number, signal?: AbortSignal): Promise<Project> {
  return getJson(`/api/v1/projects/${project}`, signal);
}

/** Makes a project of a repository, given as `owner/name`. */
export async function createProject(repository: string): Promise<Project> {
  return readJson(await change('POST', '/api/v1/projects', { repository }));
}

export async function listHooks(project: number, signal?: AbortSignal): Promise<Hook[]> {
  return (await getJson<{ hooks: Hook[] }>(`/api/v1/projects/${project}/hooks`, signal)).hooks;
}

/** Adds a hook; its webhook exists on GitHub once this returns. */
export async function createHook(project: number, fields: HookFields): Promise<Hook> {
  return readJson(await change('POST', `/api/v1/projects/${project}/hooks`, fields));
}

/** One page of builds, newest first, all older than `before` when that is given. */
export function listBuilds(
  project: number,
  options: { before?: number | null; limit: number },
  signal?: AbortSignal,
): Promise<BuildPage> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.before) query.set('before', String(options.before));
  return getJson(`/api/v1/projects/${project}/builds?${query}`, signal);
}

export function getBuild(
  project: number,
  number: number | 'latest',
  signal?: AbortSignal,
): Promise<Build> {
  return getJson(`/api/v1/projects/${project}/builds/${number}`, signal);
}
