import { changeJson, getJson } from './client';
import type { Attempt, Build, Wait } from './types';

const base = (project: number) => `/api/v1/projects/${project}/builds`;

/** Builds a branch, tag or commit now, with what its scripts get as environment variables. */
export function triggerBuild(
  project: number,
  ref: string,
  variables: Record<string, string>,
): Promise<Build> {
  return changeJson('POST', base(project), { ref, variables });
}

/** Ends a build's jobs: what waits at once, what runs once its runner has stopped it. */
export function cancelBuild(project: number, build: number): Promise<Build> {
  return changeJson('POST', `${base(project)}/${build}/cancel`);
}

/** Runs a build's jobs that have ended again, or those of them that did not succeed. */
export function restartBuild(project: number, build: number, failedOnly: boolean): Promise<Build> {
  return changeJson('POST', `${base(project)}/${build}/restart`, { failed_only: failedOnly });
}

/** Lets a build run that waits for that, if it is still of this commit. */
export function approveBuild(project: number, build: number, commit: string): Promise<Build> {
  return changeJson('POST', `${base(project)}/${build}/approve`, { commit });
}

export function cancelJob(project: number, build: number, job: number): Promise<Build> {
  return changeJson('POST', `${base(project)}/${build}/jobs/${job}/cancel`);
}

/** Runs a job again, with what its hook says now; what was tried before stays readable. */
export function restartJob(project: number, build: number, job: number): Promise<Build> {
  return changeJson('POST', `${base(project)}/${build}/jobs/${job}/restart`);
}

/** Newest first. */
export async function listAttempts(
  project: number,
  build: number,
  job: number,
  signal?: AbortSignal,
): Promise<Attempt[]> {
  const path = `${base(project)}/${build}/jobs/${job}/attempts`;
  return (await getJson<{ attempts: Attempt[] }>(path, signal)).attempts;
}

/** Of every job that is enqueued, what it waits for now. */
export async function listWaits(
  project: number,
  build: number,
  signal?: AbortSignal,
): Promise<Wait[]> {
  return (await getJson<{ waits: Wait[] }>(`${base(project)}/${build}/waits`, signal)).waits;
}
