import { change, changeJson, getJson } from './client';

/** What images of a registry are pulled with; its password is never told. */
export interface Registry {
  /** host or host:port */
  registry: string;
  username: string;
  updated_at: string;
}

const all = (project: number) => `/api/v1/projects/${project}/registries`;
const one = (project: number, registry: string) => `${all(project)}/${encodeURIComponent(registry)}`;

export async function listRegistries(project: number, signal?: AbortSignal): Promise<Registry[]> {
  return (await getJson<{ registries: Registry[] }>(all(project), signal)).registries;
}

/** Adds or replaces what a registry's images are pulled with. */
export function setRegistry(
  project: number,
  registry: string,
  username: string,
  password: string,
): Promise<Registry> {
  return changeJson('PUT', one(project, registry), { username, password });
}

export async function deleteRegistry(project: number, registry: string): Promise<void> {
  await change('DELETE', one(project, registry));
}
