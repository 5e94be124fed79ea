/** The gateway's JSON, exactly as it arrives. Times are RFC 3339 in UTC; a missing value is null. */

export type Status = 'enqueued' | 'pending' | 'success' | 'failure' | 'error' | 'cancelled';

export interface User {
  id: number;
  login: string;
  name: string;
  avatar_url: string;
}

/** What one sees of oneself. */
export interface Account extends User {
  /** Where mail goes to; "" for nowhere. */
  notification_email: string;
}

export interface Me {
  user: Account;
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
  default_branch: string;
  /** When GitHub last told who has access. */
  synced_at: string | null;
  /** Why the newest attempt to ask it failed, a sentence; "" when it did not. */
  sync_error: string;
  latest_build: Build | null;
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

/** What a hook can build for. */
export type HookEvent = 'push' | 'pull_request' | 'tag';

/** What is run, and for which events: scripts in a Docker image. */
export interface HookFields {
  title: string;
  image: string;
  script: string;
  /** Runs before the script, in the same container; or "". */
  install_script: string;
  /** Paths on which the install script's result depends. */
  tracked_files: string[];
  enabled: boolean;
  /** Globs, of which one must match the branch; none: all branches. */
  branches: string[];
  events: HookEvent[];
}

export interface Hook extends HookFields {
  id: number;
  created_at: string;
  updated_at: string;
}

export interface RestoredHook {
  id: number;
  title: string;
  outcome: 'untouched' | 'recreated' | 'edited';
}

export interface Member {
  user: User;
  role: Role;
}

export interface Members {
  members: Member[];
  synced_at: string | null;
  sync_error: string;
}

export interface Secret {
  name: string;
  updated_at: string;
  /** False when it is too short to be masked in logs. */
  masked: boolean;
}

export interface DeployKey {
  type: string;
  public_key: string;
  fingerprint: string;
  state: 'present' | 'missing' | 'unknown';
  /** Why GitHub could not be asked, or ""; null likewise. */
  error: string | null;
  created_at: string;
  checked_at: string | null;
}

export interface Badge {
  /** Followed by a slash and a branch it is the picture's address. */
  url: string;
  /** What a private project's badge needs in its address; null for a public one. */
  token: string | null;
  default_branch: string;
}

export interface Repository {
  id: number;
  full_name: string;
  name: string;
  private: boolean;
  description: string | null;
  url: string;
}

export interface Owner {
  login: string;
  avatar_url: string;
  organization: boolean;
  repositories: Repository[];
}

/** How the list of one's repositories came to be. */
export interface RepositorySync {
  state: 'never' | 'running' | 'done' | 'failed';
  pages_done: number;
  /** null while unknown. */
  pages_total: number | null;
  repositories: number;
  started_at: string | null;
  /** When it last succeeded. */
  synced_at: string | null;
  error: { code: string; message: string } | null;
}

export interface Repositories {
  owners: Owner[];
  sync: RepositorySync;
}

export interface Session {
  id: number;
  /** The one that asks. */
  current: boolean;
  user_agent: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
}

/** A personal access token, without the token itself. */
export interface AccessToken {
  id: number;
  name: string;
  created_at: string;
  last_used_at: string | null;
  /** null: never. */
  expires_at: string | null;
}

export interface NewToken {
  token: AccessToken;
  secret: string;
}
