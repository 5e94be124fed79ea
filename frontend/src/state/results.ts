import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { listBuilds } from '../api/projects';
import type { Build, Project } from '../api/types';
import { hasResult, type Results } from '../board';

/** Of a project's builds, for one that has a result: more are not looked through. */
const LOOKED_THROUGH = 50;

/**
 * For each project whose latest build has no result yet, the newest build that has: seen before, or asked
 * for. null until that is known of `projects`, as soon as there are any.
 */
export function useResults(projects: readonly Project[] | null): Results | null {
  const results = useSignal<Results>(new Map());
  const known = useSignal(false);
  const asked = useRef(new Set<number>()).current;
  const latest = projects?.map(({ id, latest_build: build }) => `${id} ${build?.number} ${build?.status}`).join();

  useEffect(() => {
    const note = (project: number, build: Build) => {
      if ((results.peek().get(project)?.number ?? 0) > build.number) return;
      results.value = new Map(results.peek()).set(project, build);
    };
    const ask = async (project: number, before: number) => {
      asked.add(project);
      try {
        const { builds } = await listBuilds(project, { before, limit: LOOKED_THROUGH });
        const result = builds.find(hasResult);
        if (result) note(project, result);
      } catch {
        // The next change asks again; until then the tile tells of the latest build alone.
        asked.delete(project);
      }
    };
    const learn = async () => {
      const answers: Promise<void>[] = [];
      for (const { id, latest_build: build } of projects ?? []) {
        if (!build) continue;
        if (hasResult(build)) note(id, build);
        else if (!results.peek().has(id) && !asked.has(id)) answers.push(ask(id, build.number));
      }
      await Promise.all(answers);
      if (projects) known.value = true;
    };
    void learn();
  }, [latest]);
  return known.value ? results.value : null;
}
