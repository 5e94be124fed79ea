import { getJson } from './client';
import type { SettingsChange, SettingsChangePage } from './types';

const base = (project: number) => `/api/v1/projects/${project}/settings/changes`;

/** One page of who changed what, newest first; `token` is of the page before. */
export function listChanges(
  project: number,
  options: { token: string | null; limit: number },
  signal?: AbortSignal,
): Promise<SettingsChangePage> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.token) query.set('page_token', options.token);
  return getJson(`${base(project)}?${query}`, signal);
}

/** A change with its values, however long they are. */
export function getChange(
  project: number,
  change: string,
  signal?: AbortSignal,
): Promise<SettingsChange> {
  return getJson(`${base(project)}/${change}`, signal);
}
