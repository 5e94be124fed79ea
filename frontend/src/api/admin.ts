import { change, changeJson, getJson } from './client';
import type { NewRegistrationToken, PausedProject, QueuedJob, QueuePage, RegistrationToken, Runner, RunnerPage } from './types';

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

/** Takes its credential from it, for good. */
export function revokeRunner(name: string): Promise<Runner> {
  return changeJson('POST', `${runnerUrl(name)}/revoke`);
}

/** Newest first, used and expired ones of the last 30 days included. */
export function listRegistrationTokens(signal?: AbortSignal): Promise<RegistrationToken[]> {
  return getJson(`${BASE}/registration-tokens`, signal);
}

export function createRegistrationToken(wanted: {
  display_name: string;
  runner: string;
  labels: string[];
  lifetime_hours: number;
}): Promise<NewRegistrationToken> {
  return changeJson('POST', `${BASE}/registration-tokens`, wanted);
}

export async function deleteRegistrationToken(id: number): Promise<void> {
  await change('DELETE', `${BASE}/registration-tokens/${id}`);
}

/** Before or behind all others that wait. */
export function moveJob(job: QueuedJob, place: 'first' | 'last'): Promise<QueuedJob> {
  return changeJson('POST', `${BASE}/projects/${job.project_id}/builds/${job.build}/jobs/${job.job}/move`, { place });
}

/** The one first that is paused for longest. */
export function listPausedProjects(signal?: AbortSignal): Promise<PausedProject[]> {
  return getJson(`${BASE}/paused-projects`, signal);
}

/** Runners are given none of its jobs until it is resumed. */
export function pauseProject(project: number): Promise<PausedProject> {
  return changeJson('POST', `${BASE}/projects/${project}/pause`);
}

export function resumeProject(project: number): Promise<PausedProject> {
  return changeJson('POST', `${BASE}/projects/${project}/resume`);
}

/** In the order in which runners take them; `token` is of the page before. */
export function listQueue(token: string | null, limit: number, signal?: AbortSignal): Promise<QueuePage> {
  return getJson(`${BASE}/queue?${page(token, limit)}`, signal);
}
