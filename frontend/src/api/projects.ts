import { getJson } from './client';
import type { Build, BuildPage, Project } from './types';

/** The projects that one may see, the one built last first. */
export async function listProjects(signal?: AbortSignal): Promise<Project[]> {
  return (await getJson<{ projects: Project[] }>('/api/v1/projects', signal)).projects;
}

export function getProject(project: number, signal?: AbortSignal): Promise<Project> {
  return getJson(`/api/v1/projects/${project}`, signal);
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
