import type { Build } from '../api/types';

/** The newer of two states of one build; the stream and the API may overtake each other. */
export function newerBuild(known: Build | null, arrived: Build): Build {
  if (!known || known.number !== arrived.number) return arrived;
  return arrived.revision >= known.revision ? arrived : known;
}

/**
 * Merges changed builds into a list that is sorted newest first. Builds older than the list's last
 * one belong to another page and stay out; with `open` the list may also grow at its new end.
 */
export function mergeBuilds(list: Build[], changed: Build[], open: boolean): Build[] {
  const byNumber = new Map(list.map((build) => [build.number, build]));
  const newest = list[0]?.number ?? 0;
  for (const build of changed) {
    const known = byNumber.get(build.number);
    if (known) byNumber.set(build.number, newerBuild(known, build));
    else if (open && build.number > newest) byNumber.set(build.number, build);
  }
  return [...byNumber.values()].sort((a, b) => b.number - a.number);
}
