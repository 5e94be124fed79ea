import { type Attempt, type Build, isFinal, type Job } from './api/types';

/** Whether a build runs only once a manager lets it. */
export function awaitsApproval(build: Build): boolean {
  return !!build.approval && build.approval.approver === null && !isFinal(build.status);
}

/** The colours that show a build: those of its status, or of what keeps it from running. */
export function toneOf(build: Build): Build['status'] | 'approval' {
  return awaitsApproval(build) ? 'approval' : build.status;
}

/** Whether there is something to end that has not been asked to end; and whether only that is left. */
export function cancelOf(jobs: Job[]): 'none' | 'possible' | 'under way' {
  const left = jobs.filter(({ status }) => !isFinal(status));
  if (left.length === 0) return 'none';
  return left.every(({ cancelling }) => cancelling) ? 'under way' : 'possible';
}

/** How many of a build's jobs have ended, and how many of these not well. */
export function endedOf(jobs: Job[]): { ended: number; failed: number } {
  const ended = jobs.filter(({ status }) => isFinal(status));
  return { ended: ended.length, failed: ended.filter(({ status }) => status !== 'success').length };
}

/** Whether there is more to choose from than what the job is now. */
export function hasAttempts(job: Job, wanted: number | null): boolean {
  if (wanted !== null && wanted !== job.attempt) return true;
  return job.attempt > 1 || (job.status === 'enqueued' && job.attempt > 0);
}

/** Whether `wanted` is what the job is now, rather than something that was tried before. */
export function isNow(job: Job, wanted: number | null): boolean {
  return wanted === null || (wanted === job.attempt && job.status !== 'enqueued');
}

/** A job as it was in one of its attempts. */
export function jobOfAttempt(job: Job, attempt: Attempt): Job {
  const { number, ...then } = attempt;
  return { ...job, ...then, attempt: number, gate: null, cancelling: false };
}
