import type { Job, Phase, Status } from './api/types';
import type { PhaseBegin } from './log/groups';

/** What a job did, or does, and when. */
export interface Step {
  name: string;
  from: string;
  /** null while it goes on. */
  to: string | null;
  status: Status;
}

/** The steps of a job one after another, from when it was queued; none before anything began. */
export function stepsOf({ status, queued_at, finished_at, phases }: Job): Step[] {
  const all = phases.length > 0 && queued_at ? [{ name: 'queued', started_at: queued_at }, ...phases] : phases;
  return all.map(({ name, started_at }, index) => {
    const next = all[index + 1];
    return {
      name,
      from: started_at,
      to: next?.started_at ?? finished_at,
      status: next ? 'success' : status,
    };
  });
}

export function phaseTitle(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Where a log's phases begin, as far as that is known. What the script prints is not grouped: it is the log. */
export function beginsOf(phases: readonly Phase[]): PhaseBegin[] {
  return phases.flatMap(({ name, log_offset: offset }) =>
    offset === null ? [] : [{ offset, name: name === 'script' ? null : phaseTitle(name) }],
  );
}
