// Looks at every page of the mock in a real browser: light and dark, wide and narrow. Writes pictures
// to the folder given, and fails on accessibility violations, on violations of the content security
// policy, on script errors, on pages that scroll sideways, and on content that moves while it loads.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launchBrowser } from './browser.mjs';
import { PAGES } from './pages.mjs';

const OUT = process.argv[2] ?? 'shots';
const BASE = process.env.BASE ?? 'http://127.0.0.1:8090';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { wide: { width: 1280, height: 860 }, narrow: { width: 360, height: 740 } };
const MOST_SHIFT = 0.02;
const only = process.env.ONLY?.split(',');

/** Adds up how far things move without anybody having done something. */
function recordShifts() {
  globalThis.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifts += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

mkdirSync(OUT, { recursive: true });
const browser = await launchBrowser();
const problems = new Set();

async function lookAt(name, { path, dev, act, whole, signedOut, expected }, size, colorScheme) {
  const where = `${name} ${size} ${colorScheme}`;
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme, reducedMotion: 'reduce' });
  if (!signedOut) await context.addCookies([{ name: 'kozmic_session', value: 'mock', url: BASE }]);
  if (dev) await context.request.get(`${BASE}/dev/${dev}`);
  const page = await context.newPage();
  const complain = (text) => {
    // That something is refused is what many of the pages are about.
    if (!/status of (4\d\d|503)/.test(text) && !expected?.test(text)) problems.add(`${where}: ${text}`);
  };
  page.on('console', (message) => message.type() === 'error' && complain(message.text()));
  page.on('pageerror', (error) => complain(String(error)));
  await page.addInitScript(recordShifts);
  await page.goto(BASE + path);
  await page.waitForTimeout(500);
  const shifts = await page.evaluate(() => globalThis.shifts);
  if (shifts > MOST_SHIFT) complain(`moves while it loads: ${shifts.toFixed(3)}`);
  try {
    await act?.(page);
  } catch (error) {
    complain(`could not be brought about: ${error.message.split('\n')[0]}`);
  }
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(OUT, `${name}-${size}-${colorScheme}.png`), fullPage: whole ?? false });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  if (sideways) complain('scrolls sideways');
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, nodes } of violations) {
    complain(`${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
  }
  await context.request.get(`${BASE}/dev/fail`);
  await context.close();
}

for (const [name, wanted] of Object.entries(PAGES)) {
  if (only && !only.some((part) => name.startsWith(part))) continue;
  for (const colorScheme of ['light', 'dark']) {
    for (const size of Object.keys(SIZES)) await lookAt(name, wanted, size, colorScheme);
  }
}
await browser.close();
for (const problem of problems) console.error(problem);
console.log(`${problems.size} problems`);
process.exitCode = problems.size > 0 ? 1 : 0;
