import { type Build, isFinal, type Project } from './api/types';
import { awaitsApproval } from './build_actions';

/** What a wallboard groups projects by, the most urgent first. */
export type Urgency = 'broken' | 'running' | 'fine' | 'quiet';

const ORDER: readonly Urgency[] = ['broken', 'running', 'fine', 'quiet'];

/** By project: the newest build with a result, of those whose latest has none yet. */
export type Results = ReadonlyMap<number, Build>;

export const isBroken = ({ status }: Build) => status === 'failure' || status === 'error';

/** Whether a build went on to its end, well or not. */
export const hasResult = (build: Build) => build.status === 'success' || isBroken(build);

/** A project that broke stays broken until a build has passed; that one is running is no news. */
export function urgencyOf({ id, latest_build: build }: Project, before: Results = new Map()): Urgency {
  if (!build) return 'quiet';
  const result = hasResult(build) ? build : before.get(id);
  if (result && isBroken(result)) return 'broken';
  if (isFinal(build.status)) return build.status === 'success' ? 'fine' : 'quiet';
  return awaitsApproval(build) ? 'quiet' : 'running';
}

/** Projects by urgency, and within that the ones that something happened to last first. */
export function boardOf(projects: readonly Project[], before: Results = new Map()): Project[] {
  const rank = (project: Project) => ORDER.indexOf(urgencyOf(project, before));
  const time = ({ latest_build: build }: Project) =>
    build ? Date.parse(build.finished_at ?? build.started_at ?? build.created_at) : 0;
  return [...projects].sort((a, b) => rank(a) - rank(b) || time(b) - time(a) || a.repository.localeCompare(b.repository));
}

/** "2 broken, 1 running, 14 fine"; nothing of what there is none of. */
export function countsOf(projects: readonly Project[], before: Results = new Map()): string {
  const urgencies = projects.map((project) => urgencyOf(project, before));
  return ORDER.map((urgency) => [urgencies.filter((each) => each === urgency).length, urgency] as const)
    .filter(([count]) => count > 0)
    .map(([count, urgency]) => `${count} ${urgency}`)
    .join(', ');
}
