// How soon pages are there, whether they move meanwhile, and whether they answer.
import { quantiles } from '../main_job/quantiles.mjs';
import { result } from './results.mjs';
import { coldPage } from './visits.mjs';

const PAGES = {
  projects: '/projects/',
  'a build': '/projects/1/builds/41/',
  settings: '/projects/1/settings/',
};
const LOADS = 9;
/** Longer than any page needs until nothing changes any more. */
const SETTLED_MS = 1500;

async function load(browser, mock, path, slowdown) {
  const { page, cdp, close } = await coldPage(browser, mock);
  try {
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await page.goto(mock.base + path);
    await page.waitForTimeout(SETTLED_MS);
    return await page.evaluate(() => {
      const { paint, shift, blocked } = globalThis.probe;
      return { paint, shift, blocked: blocked(paint) };
    });
  } finally {
    await close();
  }
}

/** The worst page's median. */
function worst(loads, figure) {
  const medians = Object.entries(loads).map(([name, all]) => ({ name, median: quantiles(all.map(figure)).p50 }));
  return medians.reduce((most, one) => (one.median > most.median ? one : most));
}

export async function measureLoading(browser, mock) {
  const normal = {};
  const slow = {};
  // In turns, so that what else the machine does falls on all.
  for (let round = 0; round < LOADS; round++) {
    for (const [name, path] of Object.entries(PAGES)) {
      (normal[name] ??= []).push(await load(browser, mock, path, 1));
      (slow[name] ??= []).push(await load(browser, mock, path, 4));
    }
  }
  const row = (what, budget, loads, figure, unit) => {
    const { name, median } = worst(loads, figure);
    return result(what, 'most', budget, median, unit, `${name}, ${LOADS} cold loads`);
  };
  return [
    row('first contentful paint, median', 250, normal, ({ paint }) => paint, 'ms'),
    row('the same, CPU 4 times slower', 700, slow, ({ paint }) => paint, 'ms'),
    row('cumulative layout shift', 0.02, normal, ({ shift }) => shift),
    row('the same, CPU 4 times slower', 0.02, slow, ({ shift }) => shift),
    row('total blocking time', 50, normal, ({ blocked }) => blocked, 'ms'),
  ];
}
