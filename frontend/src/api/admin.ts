import { change, changeJson, getJson } from './client';
import type { QueuePage, Runner, RunnerPage } from './types';

const BASE = '/api/v1/admin';

const runnerUrl = (name: string) => `${BASE}/runners/${encodeURIComponent(name)}`;

const page = (token: string | null, limit: number) =>
  new URLSearchParams({ limit: String(limit), ...(token ? { page_token: token } : {}) });

/** By name; `token` is of the page before. */
export function listRunners(token: string | null, limit: number, signal?: AbortSignal): Promise<RunnerPage> {
  return getJson(`${BASE}/runners?${page(token, limit)}`, signal);
}

/** Gives it no further job. */
export function pauseRunner(name: string): Promise<Runner> {
  return changeJson('POST', `${runnerUrl(name)}/pause`);
}

export function resumeRunner(name: string): Promise<Runner> {
  return changeJson('POST', `${runnerUrl(name)}/resume`);
}

/** Of one that has gone. */
export async function forgetRunner(name: string): Promise<void> {
  await change('DELETE', runnerUrl(name));
}

/** In the order in which runners take them; `token` is of the page before. */
export function listQueue(token: string | null, limit: number, signal?: AbortSignal): Promise<QueuePage> {
  return getJson(`${BASE}/queue?${page(token, limit)}`, signal);
}
