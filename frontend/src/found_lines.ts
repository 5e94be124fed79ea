import type { FoundLine } from './api/log_search';

/** What was found in one job's log, in the order of the answer. */
export interface FoundJob {
  job: number;
  attempt: number;
  lines: FoundLine[];
}

export interface FoundBuild {
  build: number;
  count: number;
  jobs: FoundJob[];
}

/** Groups lines by build, then by job and attempt, each where it came first. */
export function groupFound(lines: readonly FoundLine[]): FoundBuild[] {
  const builds = new Map<number, FoundBuild>();
  for (const line of lines) {
    let build = builds.get(line.build);
    if (!build) {
      build = { build: line.build, count: 0, jobs: [] };
      builds.set(line.build, build);
    }
    build.count++;
    const known = build.jobs.find(({ job, attempt }) => job === line.job && attempt === line.attempt);
    if (known) known.lines.push(line);
    else build.jobs.push({ job: line.job, attempt: line.attempt, lines: [line] });
  }
  return [...builds.values()];
}
