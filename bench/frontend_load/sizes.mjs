// The sizes of what is loaded, from the build, which holds them against their budgets itself.
import { spawnSync } from 'node:child_process';
import { result } from './results.mjs';

const FRONTEND = new URL('../../frontend/', import.meta.url).pathname;
const ROUTE = /\.tsx?$/;
const EDITOR = 'src/editor/mount.ts';

/** Builds the page, and answers its sizes. */
export function measureSizes() {
  const { stdout, status } = spawnSync('npm', ['run', 'build'], {
    cwd: FRONTEND, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'],
  });
  const sizes = Array.from(stdout.matchAll(/^(.+): (\d+) of (\d+)$/gm), ([, what, size, budget]) => ({
    what, size: Number(size), budget: Number(budget),
  }));
  if (sizes.length === 0) throw new Error(`npm run build failed (${status}):\n${stdout}`);

  const isRoute = ({ what }) => ROUTE.test(what) && what !== EDITOR;
  const routes = sizes.filter(isRoute);
  const largest = routes.reduce((most, one) => (one.size > most.size ? one : most));
  const shown = sizes.filter((one) => !isRoute(one) || one === largest || one.size > one.budget);
  return shown.map(({ what, size, budget }) => {
    if (what === 'run-time packages') return result(what, 'most', budget, size);
    const words = what === largest.what ? `largest of ${routes.length} lazy parts: ${what.replace('src/', '')}` : what;
    return result(words, 'most', budget / 1000, size / 1000, 'KB');
  });
}
