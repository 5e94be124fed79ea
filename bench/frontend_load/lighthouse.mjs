// Lighthouse's verdict on some pages, on a desktop's screen and as on a phone.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { quantiles } from '../main_job/quantiles.mjs';
import { openOwnBrowser } from './own_browser.mjs';
import { result } from './results.mjs';

const PACKAGES = new URL('lighthouse/node_modules/', import.meta.url).pathname;
const PAGES = ['/projects/', '/projects/1/builds/41/', '/projects/1/settings/', '/login/'];
const RUNS = 3;
const LEAST = { performance: 0.95, accessibility: 1, 'best-practices': 1 };
const FORMS = { desktop: ['--preset=desktop'], mobile: [] };

/** Runs Lighthouse, by the Node.js that it needs, in a browser that listens on `port`. */
async function audit(url, port, options) {
  const node = readdirSync(PACKAGES).find((name) => name.startsWith('node-linux-'));
  const lighthouse = spawn(`${PACKAGES}${node}/bin/node`, [
    `${PACKAGES}lighthouse/cli/index.js`, url, `--port=${port}`, '--output=json', '--quiet',
    `--only-categories=${Object.keys(LEAST).join()}`, '--no-enable-error-reporting', ...options,
  ], { stdio: ['ignore', 'pipe', 'inherit'] });
  const report = JSON.parse(await buffer(lighthouse.stdout));
  if (report.runtimeError) throw new Error(`${url}: ${report.runtimeError.message}`);
  return report;
}

/** What cost something in a report, for those who want to know why. */
const faults = ({ categories, audits }, category) =>
  categories[category].auditRefs
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < LEAST[category])
    .map(({ id }) => `${id} ${audits[id].displayValue ?? ''}`.trim()).join(', ');

/** The worst page's median, and what is wrong with it. */
function worst(reports, category) {
  const pages = Object.entries(reports).map(([path, all]) => {
    const sorted = [...all].sort((a, b) => a.categories[category].score - b.categories[category].score);
    const median = quantiles(sorted.map((report) => report.categories[category].score)).p50;
    return { path, median, faults: faults(sorted[Math.floor(sorted.length / 2)], category) };
  });
  return pages.reduce((least, one) => (one.median < least.median ? one : least));
}

export async function measureLighthouse(_, mock) {
  const browser = await openOwnBrowser(mock);
  try {
    const rows = [];
    for (const [form, options] of Object.entries(FORMS)) {
      const reports = {};
      for (const path of PAGES) reports[path] = [];
      for (let run = 0; run < RUNS; run++) {
        for (const path of PAGES) reports[path].push(await audit(mock.base + path, browser.port, options));
      }
      for (const [category, least] of Object.entries(LEAST)) {
        const { path, median, faults: why } = worst(reports, category);
        rows.push(result(`Lighthouse, ${form}: ${category}`, 'least', least, median, '',
          `${path}${median < least ? `: ${why}` : ''}`));
      }
    }
    return rows;
  } finally {
    await browser.close();
  }
}
