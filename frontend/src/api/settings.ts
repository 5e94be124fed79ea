import { change, changeJson, getJson } from './client';
import type { Badge, BuildSettings, DeployKey, Members, NotificationHook, Secret } from './types';

const base = (project: number) => `/api/v1/projects/${project}`;

export function getMembers(project: number, signal?: AbortSignal): Promise<Members> {
  return getJson(`${base(project)}/members`, signal);
}

/** Asks GitHub now who has access. */
export function syncMembers(project: number): Promise<Members> {
  return changeJson('POST', `${base(project)}/members/sync`);
}

export async function listSecrets(project: number, signal?: AbortSignal): Promise<Secret[]> {
  return (await getJson<{ secrets: Secret[] }>(`${base(project)}/secrets`, signal)).secrets;
}

export function setSecret(project: number, name: string, value: string): Promise<Secret> {
  return changeJson('PUT', `${base(project)}/secrets/${encodeURIComponent(name)}`, { value });
}

export async function deleteSecret(project: number, name: string): Promise<void> {
  await change('DELETE', `${base(project)}/secrets/${encodeURIComponent(name)}`);
}

interface KeyAnswer {
  deploy_key: DeployKey | null;
}

/** null: the repository is public and needs none. */
export async function getDeployKey(
  project: number,
  signal?: AbortSignal,
): Promise<DeployKey | null> {
  return (await getJson<KeyAnswer>(`${base(project)}/deploy_key`, signal)).deploy_key;
}

/** Looks at GitHub, and puts the key there again if it is missing. */
export async function restoreDeployKey(project: number): Promise<DeployKey | null> {
  return (await changeJson<KeyAnswer>('POST', `${base(project)}/deploy_key/restore`)).deploy_key;
}

/** Replaces the key by a new one, here and on GitHub. */
export async function rotateDeployKey(project: number): Promise<DeployKey | null> {
  return (await changeJson<KeyAnswer>('POST', `${base(project)}/deploy_key/rotate`)).deploy_key;
}

export function getBuildSettings(project: number, signal?: AbortSignal): Promise<BuildSettings> {
  return getJson(`${base(project)}/settings`, signal);
}

/** Replaces them all, also for builds that are under way. */
export function saveBuildSettings(project: number, settings: BuildSettings): Promise<BuildSettings> {
  return changeJson('PUT', `${base(project)}/settings`, settings);
}

export async function listNotificationHooks(
  project: number,
  signal?: AbortSignal,
): Promise<NotificationHook[]> {
  const path = `${base(project)}/notification_hooks`;
  return (await getJson<{ hooks: NotificationHook[] }>(path, signal)).hooks;
}

/** Messages to `url` are signed with `secret`, which is never told again. */
export function createNotificationHook(
  project: number,
  url: string,
  secret: string,
): Promise<NotificationHook> {
  return changeJson('POST', `${base(project)}/notification_hooks`, { url, secret });
}

export async function deleteNotificationHook(project: number, hook: number): Promise<void> {
  await change('DELETE', `${base(project)}/notification_hooks/${hook}`);
}

export function getBadge(project: number, signal?: AbortSignal): Promise<Badge> {
  return getJson(`${base(project)}/badge`, signal);
}

export function resetBadgeToken(project: number): Promise<Badge> {
  return changeJson('POST', `${base(project)}/badge/reset`);
}

/** Deletes a project for good; `repository` is its full name, to show that it is meant. */
export async function deleteProject(project: number, repository: string): Promise<void> {
  await change('DELETE', base(project), { repository });
}
