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
  /** Whether they administer the whole installation. */
  admin: boolean;
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
  /** The size of the log when it began; null when that is not known. */
  log_offset: number | null;
}

export interface JobLog {
  /** `<project>/<build number>/<job>/<attempt>` */
  id: string;
  /** Bytes stored when this was written; a running job's log is longer by now. */
  size: number;
  sealed: boolean;
  /** Hex digest, known once sealed. */
  sha256: string | null;
  /** Its bytes are no longer kept. */
  expired: boolean;
}

/** What a job that is enqueued must wait for before a runner may have it; `open`: for a runner alone. */
export type Gate = 'open' | 'project_limit' | 'hook_limit' | 'approval';

export interface Job {
  number: number;
  /** Of the hook that it runs. */
  hook_id: number;
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
  /** null unless it is enqueued. */
  gate: Gate | null;
  /** It was asked to end; it runs until its runner has done so. */
  cancelling: boolean;
  /** What its runner must have. */
  labels: string[];
}

/** One attempt at a job, as it was then. */
export interface Attempt {
  number: number;
  status: Status;
  reason: string;
  exit_code: number | null;
  queued_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  runner: string | null;
  phases: Phase[];
  log: JobLog | null;
  title: string;
  image: string;
}

/** What an enqueued job waits for, now. */
export interface Wait {
  job: number;
  gate: Gate;
  /** How many jobs are before it in the queue. */
  ahead: number;
  /** Of the runners that are there, those that have its labels; their slots, and how many are taken. */
  fitting_runners: number;
  slots: number;
  busy_slots: number;
  /** Labels that no runner has. */
  missing_labels: string[];
  /** Of a limit: how many jobs may run at once. */
  limit: number;
  /** All of that for people. */
  sentence: string;
}

/** What asked for a build. */
export type Trigger = 'push' | 'tag' | 'pull_request' | 'manual';

/** Of a build that may run only once a manager has said so. */
export interface Approval {
  /** Login; null: nobody yet. */
  approver: string | null;
  approved_at: string | null;
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
  trigger: Trigger;
  /** Its number. */
  pull_request: number | null;
  /** `owner/name` that the commit comes from; null: the project's own repository. */
  fork: string | null;
  /** null: it never needed any. */
  approval: Approval | null;
  /** Of a manual build: given to its scripts, by name. */
  variables: Record<string, string>;
  /** Of a manual build: login of who asked for it, or "". */
  creator: string;
  /** Grows with each restart, from 1. */
  generation: number;
  /** What traces and log lines of the services call all that was done for it; null: it is older than traces. */
  trace_id: string | null;
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
  /** What it leaves outside of /kozmic is kept for the script, and for later jobs; or "". */
  install_script: string;
  /** Paths on which the install script's result depends. */
  tracked_files: string[];
  enabled: boolean;
  /** Globs, of which one must match the branch; none: all branches. */
  branches: string[];
  events: HookEvent[];
  /** What a runner must have to run it. */
  labels: string[];
  /** Its job is ended when it has run for so long. */
  timeout_seconds: number;
  /** Its job is ended when its scripts have written nothing for so long. */
  stall_timeout_seconds: number;
  /** How many of its jobs run at once; 0: as many as there is room for. */
  max_parallel: number;
  services: Service[];
}

/** A container that runs beside the script, which reaches it by its name. */
export interface Service {
  name: string;
  image: string;
  environment: Record<string, string>;
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

/** How a project's builds are run. */
export interface BuildSettings {
  fail_fast: boolean;
  cancel_superseded_pull_requests: boolean;
  cancel_superseded_branches: boolean;
  /** How many of its jobs run at once; 0: as many as there is room for. */
  max_parallel: number;
  retry_lost: boolean;
  mail: boolean;
  /** Jobs get the repository's submodules too. */
  submodules: boolean;
  /** Logs of builds that ended longer ago are not kept; 0: no such limit. */
  log_days: number;
  /** Only the newest so many builds' logs are; 0: no such limit. */
  log_builds: number;
  /** In spite of both, those of the newest so many builds that failed. */
  log_failures: number;
}

/** Where a project's verdicts are told. */
export interface NotificationHook {
  id: number;
  url: string;
  created_at: string;
  /** Of the newest message that was sent or given up. */
  last_at: string | null;
  /** What came of it: "200", or why it could not be sent; "" before the first. */
  last_result: string;
  /** How many messages are yet to be sent. */
  waiting: number;
}

export type DeliveryStatus = 'waiting' | 'built' | 'ignored' | 'failed' | 'done';

/** Something that GitHub sent, and what became of it. */
export interface Delivery {
  id: number;
  hook_id: number;
  hook_title: string;
  /** GitHub's id of it. */
  guid: string;
  event: string;
  /** "" for events that have none. */
  action: string;
  ref: string;
  commit: string;
  received_at: string;
  status: DeliveryStatus;
  /** What became of it and why, a sentence. */
  outcome: string;
  /** Numbers of the builds that it led to. */
  builds: number[];
  /** How often it was received. */
  receipts: number;
  /** In bytes. */
  body_size: number;
}

export interface DeliveryPage {
  deliveries: Delivery[];
  /** null on the last one. */
  next_page_token: string | null;
}

/** What a setting is set to. */
export type SettingValue = string | number | boolean | null | SettingValue[] | { [key: string]: SettingValue };

export interface FieldChange {
  field: string;
  /** null where there was none. */
  before: SettingValue;
  after: SettingValue;
  /** The values are too long for a list. */
  omitted: boolean;
}

/** Who changed what in a project's settings. */
export interface SettingsChange {
  id: string;
  at: string;
  /** How GitHub called them then. */
  login: string;
  by_access_token: boolean;
  /** "hooks/7", "secrets/TOKEN", "registries/ghcr.io", "deployKey", "badge", "settings", … */
  subject: string;
  /** What people call it; null where the subject tells all. */
  title: string | null;
  action: 'added' | 'changed' | 'removed';
  fields: FieldChange[];
}

export interface SettingsChangePage {
  changes: SettingsChange[];
  /** null on the last one. */
  next_page_token: string | null;
}

/** What a settings file changes. */
export interface SettingsPlan {
  applied: boolean;
  changes: {
    what: 'hook' | 'builds';
    /** Of a hook. */
    title: string | null;
    action: 'added' | 'changed' | 'removed';
    fields: string[];
  }[];
  /** Sentences: what the file names and only people can give. */
  missing: string[];
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

/** What a runner does, for administrators. */
export interface RunningJob {
  project_id: number;
  build: number;
  job: number;
  repository: string;
  title: string;
  /** null: none has begun. */
  phase: string | null;
  started_at: string;
}

export interface Runner {
  name: string;
  labels: string[];
  /** Jobs at once. */
  slots: number;
  version: string;
  /** It was seen in the last minutes. */
  online: boolean;
  seen_at: string;
  started_at: string;
  /** A login, or null when it is not paused. */
  paused_by: string | null;
  paused_at: string | null;
  /** All of its jobs, of which not all need be in `jobs`. */
  busy: number;
  jobs: RunningJob[];
  /** null: it comes with the installation's runner token. */
  registration: Registration | null;
}

/** How a runner was let in. */
export interface Registration {
  creator: string;
  created_at: string;
  /** When it last took another credential. */
  rotated_at: string | null;
  /** A login, or null. */
  revoked_by: string | null;
  revoked_at: string | null;
}

/** Lets one machine in as a runner. */
export interface RegistrationToken {
  id: number;
  /** What it is for. */
  display_name: string;
  /** The name that the runner must have, or null. */
  runner: string | null;
  labels: string[];
  creator: string;
  created_at: string;
  expires_at: string;
  used_at: string | null;
  used_by: string | null;
}

/** With the token itself, which is told this once. */
export interface NewRegistrationToken {
  registration_token: RegistrationToken;
  token: string;
}

export interface PausedProject {
  project_id: number;
  repository: string;
  /** A login, or null when it is not paused. */
  paused_by: string | null;
  paused_at: string | null;
  waiting: number;
  running: number;
}

export interface RunnerPage {
  runners: Runner[];
  next_page_token: string | null;
}

export interface QueuedJob {
  project_id: number;
  build: number;
  job: number;
  repository: string;
  branch: string;
  title: string;
  labels: string[];
  queued_at: string;
  wait: Wait;
}

export interface QueuePage {
  jobs: QueuedJob[];
  next_page_token: string | null;
  /** How many wait and run; 10,000 means so many or more. */
  waiting: number;
  running: number;
}
