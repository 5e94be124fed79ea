const LABELS: Record<string, string> = {
  title: 'Title',
  enabled: 'Enabled',
  image: 'Docker image',
  script: 'Build script',
  install_script: 'Install script',
  tracked_files: 'Tracked files',
  events: 'Events',
  branches: 'Branches',
  labels: 'Labels',
  timeout_seconds: 'Time limit, in seconds',
  stall_timeout_seconds: 'Time without output, in seconds',
  max_parallel: 'Jobs at once',
  services: 'Services',
  fail_fast: 'Cancel the other jobs of a build',
  cancel_superseded_pull_requests: 'Cancel older builds of a pull request',
  cancel_superseded_branches: 'Cancel older builds of a branch',
  retry_lost: 'Run lost jobs again',
  mail: 'Write to the members',
  submodules: 'Submodules',
  log_days: 'Days for which logs are kept',
  log_builds: 'Builds whose logs are kept',
  log_failures: 'Failed builds whose logs are kept longer',
  username: 'User name',
  fingerprint: 'Fingerprint',
};

/** What forms call a field. */
export function labelOf(field: string): string {
  return LABELS[field] ?? field;
}
