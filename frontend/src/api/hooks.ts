import { change, changeJson, getJson } from './client';
import type { Hook, HookFields, RestoredHook } from './types';

const base = (project: number) => `/api/v1/projects/${project}/hooks`;

export async function listHooks(project: number, signal?: AbortSignal): Promise<Hook[]> {
  return (await getJson<{ hooks: Hook[] }>(base(project), signal)).hooks;
}

export function getHook(project: number, hook: number, signal?: AbortSignal): Promise<Hook> {
  return getJson(`${base(project)}/${hook}`, signal);
}

/** Adds a hook; its webhook exists on GitHub once this returns. */
export function createHook(project: number, fields: HookFields): Promise<Hook> {
  return changeJson('POST', base(project), fields);
}

/** Replaces all fields of a hook. */
export function updateHook(project: number, hook: number, fields: HookFields): Promise<Hook> {
  return changeJson('PUT', `${base(project)}/${hook}`, fields);
}

/** Deletes a hook; its webhook is gone from GitHub once this returns. */
export async function deleteHook(project: number, hook: number): Promise<void> {
  await change('DELETE', `${base(project)}/${hook}`);
}

/** Makes the webhooks on GitHub as they should be. */
export async function restoreHooks(project: number): Promise<RestoredHook[]> {
  return (await changeJson<{ hooks: RestoredHook[] }>('POST', `${base(project)}/restore`)).hooks;
}
