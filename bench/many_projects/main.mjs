// node main.mjs STATE PROJECTS: see ../many-projects.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signIn } from '../../tests/e2e/support/api.js';
import { quantiles } from '../main_job/quantiles.mjs';
import { plant, query, uproot } from './planting.mjs';

const [state, count] = [process.argv[2], Number(process.argv[3])];
const ROUNDS = 100;
const address = (name) =>
  `http://127.0.0.1:${readFileSync(join(state, 'ports', name), 'utf8').trim()}`;
const installation = { gateway: address('gateway'), github: address('simulator') };

/** How long answers to these paths take, one after the other, in ms; and the last one's bytes. */
async function time(api, paths) {
  const times = [];
  let bytes = 0;
  for (const path of paths) {
    const begin = performance.now();
    bytes = (await api.bytes(path)).length;
    times.push(performance.now() - begin);
  }
  return { times, bytes };
}

const show = (what, times) => {
  const { p50, p99 } = quantiles(times);
  console.log(`${what.padEnd(58)} p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`);
  return { p50, p99 };
};

const api = await signIn(installation);
const { user } = await api.json('/me');
await uproot(state);
try {
  const ids = await plant(state, user.id, count);
  await query(state, 'ANALYZE');
  const same = (path) => Array(ROUNDS).fill(path);
  await time(api, same('/projects').slice(0, 5));
  // In turns, so that what else the machine does falls on both.
  const page = { times: [], bytes: 0 };
  const floor = [];
  for (let round = 0; round < ROUNDS; round++) {
    floor.push(...(await time(api, ['/me'])).times);
    const { times, bytes } = await time(api, ['/projects']);
    page.times.push(...times);
    page.bytes = bytes;
  }
  console.log(`${count} projects: ${page.bytes} bytes`);
  const least = show('an answer that needs nothing but the session', floor);
  const most = show('the page of all projects', page.times);
  console.log(`ratio of p99: ${(most.p99 / least.p99).toFixed(1)}`);

  const builds = ids.slice(0, 300).map((id) => `/projects/${id}/builds/1`);
  await time(api, builds.slice(250));
  const asked = (await time(api, builds.slice(0, 250))).times;
  const remembered = (await time(api, builds.slice(0, 250))).times;
  const cold = show('a build\'s page, permission asked for', asked);
  const warm = show('a build\'s page, permission remembered', remembered);
  console.log(`asking for permission adds ${(cold.p50 - warm.p50).toFixed(2)} ms at p50 ` +
    `(ratio ${(cold.p50 / warm.p50).toFixed(2)}); remembering it is a look-up in memory`);
} finally {
  await uproot(state);
}
