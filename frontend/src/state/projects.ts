import { useEffect } from 'preact/hooks';
import { listProjects } from '../api/projects';
import type { Project } from '../api/types';
import { watchProject } from '../live/client';
import { newerBuild } from './builds';
import { useResource } from './resource';

/** All projects that one may see with their latest build, live. */
export function useProjects() {
  const resource = useResource('projects', listProjects);
  const ids = (resource.value.value ?? []).map((project) => project.id).join(',');
  useEffect(() => {
    const stops = (resource.peek().value ?? []).map((project) =>
      watchProject(project.id, (update) => {
        const list = resource.peek().value ?? [];
        const value = list.map((known) => {
          if (known.id !== update.project_id) return known;
          return { ...known, latest_build: latest(known.latest_build, update.builds) };
        });
        resource.value = { ...resource.peek(), value };
      }),
    );
    return () => stops.forEach((stop) => stop());
  }, [ids]);
  return resource;
}

function latest(known: Project['latest_build'], changed: Project['latest_build'][]) {
  let newest = known;
  for (const build of changed) {
    if (build && build.number >= (newest?.number ?? 0)) newest = newerBuild(newest, build);
  }
  return newest;
}
