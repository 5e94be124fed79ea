import type { Project } from './api/types';
import { awaitsApproval } from './build_actions';

/** What a wallboard groups projects by, the most urgent first. */
export type Urgency = 'broken' | 'running' | 'fine' | 'quiet';

const ORDER: readonly Urgency[] = ['broken', 'running', 'fine', 'quiet'];

export function urgencyOf({ latest_build: build }: Project): Urgency {
  if (!build) return 'quiet';
  if (build.status === 'failure' || build.status === 'error') return 'broken';
  if (build.status === 'pending' || (build.status === 'enqueued' && !awaitsApproval(build))) return 'running';
  return build.status === 'success' ? 'fine' : 'quiet';
}

/** Projects by urgency, and within that the ones that something happened to last first. */
export function boardOf(projects: readonly Project[]): Project[] {
  const rank = (project: Project) => ORDER.indexOf(urgencyOf(project));
  const time = ({ latest_build: build }: Project) =>
    build ? Date.parse(build.finished_at ?? build.started_at ?? build.created_at) : 0;
  return [...projects].sort((a, b) => rank(a) - rank(b) || time(b) - time(a) || a.repository.localeCompare(b.repository));
}

/** "2 broken, 1 running, 14 fine"; nothing of what there is none of. */
export function countsOf(projects: readonly Project[]): string {
  return ORDER.map((urgency) => [projects.filter((project) => urgencyOf(project) === urgency).length, urgency] as const)
    .filter(([count]) => count > 0)
    .map(([count, urgency]) => `${count} ${urgency}`)
    .join(', ');
}
