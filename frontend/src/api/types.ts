/** The gateway's JSON, exactly as it arrives. Times are RFC 3339 in UTC; a missing value is null. */

export type Status = 'enqueued' | 'pending' | 'success' | 'failure' | 'error' | 'cancelled';

export interface User {
  id: number;
  login: string;
  name: string;
  avatar_url: string;
}

export interface Me {
  user: User;
  csrf_token: string;
}

export interface Author {
  name: string;
  login: string;
  avatar_url: string;
}

export interface Phase {
  name: string;
  started_at: string;
}

export interface JobLog {
  /** `<project>/<build number>/<job>/<attempt>` */
  id: string;
  /** Bytes stored when this was written; a running job's log is longer by now. */
  size: number;
  sealed: boolean;
  /** Hex digest, known once sealed. */
  sha256: string | null;
}

export interface Job {
  number: number;
  title: string;
  image: string;
  status: Status;
  /** A sentence for people about how the job ended, or "". */
  reason: string;
  exit_code: number | null;
  attempt: number;
  queued_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  runner: string | null;
  phases: Phase[];
  log: JobLog | null;
}

export interface Build {
  project_id: number;
  number: number;
  status: Status;
  ref: string;
  branch: string;
  commit: string;
  commit_url: string;
  message: string;
  author: Author | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** Grows with every change of this build; the greater one is the newer state. */
  revision: number;
  jobs: Job[];
}

/** What a person may do in a project: a member looks, a manager configures, an owner also deletes. */
export type Role = 'owner' | 'manager' | 'member';

export interface Project {
  id: number;
  repository: string;
  private: boolean;
  url: string;
  role: Role;
  latest_build: Build | null;
}

/** What is run for every push: a script in a Docker image. */
export interface HookFields {
  title: string;
  image: string;
  script: string;
}

export interface Hook extends HookFields {
  id: number;
  created_at: string;
}

export interface BuildPage {
  builds: Build[];
  /** Pass as `before` to get the next older page; null on the last one. */
  next_before: number | null;
}

export interface ProjectUpdate {
  project_id: number;
  revision: number;
  builds: Build[];
}

/** True once the status can no longer change by itself. */
export function isFinal(status: Status): boolean {
  return status !== 'enqueued' && status !== 'pending';
}
