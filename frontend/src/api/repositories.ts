import { changeJson, getJson } from './client';
import type { Project, Repositories, RepositorySync } from './types';

/** What one may make a project of, as of the last sync. */
export function listRepositories(signal?: AbortSignal): Promise<Repositories> {
  return getJson('/api/v1/repositories', signal);
}

/** Has GitHub asked anew for repositories and memberships; joins a sync that is under way. */
export function startSync(): Promise<RepositorySync> {
  return changeJson('POST', '/api/v1/repositories/sync');
}

export function getSync(signal?: AbortSignal): Promise<RepositorySync> {
  return getJson('/api/v1/repositories/sync', signal);
}

/** Makes a project of a repository, given as `owner/name`. */
export function createProject(repository: string): Promise<Project> {
  return changeJson('POST', '/api/v1/projects', { repository });
}
