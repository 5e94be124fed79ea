// Looks at every page of the mock in a real browser: light and dark, wide and narrow. Writes pictures
// to the folder given, and fails on accessibility violations, on violations of the content security
// policy, on script errors, and on pages that scroll sideways.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const OUT = process.argv[2] ?? 'shots';
const BASE = process.env.BASE ?? 'http://127.0.0.1:8090';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PAGES = {
  login: '/login/?next=%2Fprojects%2F',
  denied: '/login/?error=denied',
  projects: '/',
  running: '/projects/1/builds/latest/',
  waiting: '/projects/1/builds/42/jobs/2/',
  queued: '/projects/4/',
  failed: '/projects/2/builds/7/',
  lines: '/projects/3/builds/128/jobs/1/#L5-L12',
  error: '/projects/5/builds/9/',
  history: '/projects/1/history/',
  settings: '/projects/1/settings/',
  member: '/projects/6/builds/latest/',
  fresh: '/projects/7/',
  new: '/repositories/',
  'new-refused': '/repositories/',
  'hook-refused': '/projects/7/settings/',
  missing: '/projects/99/',
};
/** What is done on a page before it is looked at. */
const ACTIONS = {
  'new-refused': async (page) => {
    await page.getByLabel('Repository').fill('https://github.com/acme/secret.git');
    await page.keyboard.press('Enter');
  },
  'hook-refused': async (page) => {
    await page.getByLabel('Docker image').fill('');
    await page.getByRole('button', { name: 'Add hook' }).click();
  },
};
const SIZES = { wide: { width: 1280, height: 860 }, narrow: { width: 360, height: 740 } };
const only = process.env.ONLY?.split(',');

mkdirSync(OUT, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const problems = [];
for (const colorScheme of ['light', 'dark']) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const [name, path] of Object.entries(PAGES)) {
      if (only && !only.includes(name)) continue;
      // The policy would stop the audit itself, so each page is seen twice: with it, and without.
      for (const audit of [false, true]) {
        const context = await browser.newContext({ viewport, colorScheme, bypassCSP: audit, reducedMotion: 'reduce' });
        if (!['login', 'denied'].includes(name)) {
          await context.addCookies([{ name: 'kozmic_session', value: 'mock', url: BASE }]);
        }
        const page = await context.newPage();
        const where = `${name} ${size} ${colorScheme}`;
        page.on('console', (m) => {
          if (m.type() === 'error' && !/status of 40[14]/.test(m.text())) problems.push(`${where}: ${m.text()}`);
        });
        page.on('pageerror', (e) => problems.push(`${where}: ${e}`));
        await page.goto(BASE + path);
        await ACTIONS[name]?.(page);
        await page.waitForTimeout(700);
        if (!audit) {
          await page.screenshot({ path: join(OUT, `${name}-${size}-${colorScheme}.png`) });
          const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
          if (sideways) problems.push(`${where}: scrolls sideways`);
        } else {
          await page.addScriptTag({ path: AXE });
          const { violations } = await page.evaluate(() => globalThis.axe.run());
          for (const v of violations) problems.push(`${where}: ${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.any[0]?.message ?? ''}`).join(' | ')}`);
        }
        await context.close();
      }
    }
  }
}
await browser.close();
for (const problem of new Set(problems)) console.error(problem);
console.log(`${new Set(problems).size} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
