import { getJson } from './client';
import type { Build, BuildPage, Project, Status } from './types';

/** The projects that one may see, the one built last first. */
export async function listProjects(signal?: AbortSignal): Promise<Project[]> {
  return (await getJson<{ projects: Project[] }>('/api/v1/projects', signal)).projects;
}

export function getProject(project: number, signal?: AbortSignal): Promise<Project> {
  return getJson(`/api/v1/projects/${project}`, signal);
}

/** Builds for which all holds that is not empty. */
export interface BuildFilter {
  status: Status | null;
  branch: string;
  author: string;
  /** In the message; or the beginning of the commit; or the number. */
  text: string;
}

/**
 * One page of builds, newest first, all older than `before` when that is given. With a filter it may be
 * empty, with more behind it.
 */
export function listBuilds(
  project: number,
  options: { before?: number | null; limit: number; filter?: BuildFilter },
  signal?: AbortSignal,
): Promise<BuildPage> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.before) query.set('before', String(options.before));
  const { status = null, branch = '', author = '', text = '' } = options.filter ?? {};
  for (const [name, value] of Object.entries({ status, branch, author, q: text })) if (value) query.set(name, value);
  return getJson(`/api/v1/projects/${project}/builds?${query}`, signal);
}

export function getBuild(
  project: number,
  number: number | 'latest',
  signal?: AbortSignal,
): Promise<Build> {
  return getJson(`/api/v1/projects/${project}/builds/${number}`, signal);
}
