// Takes the pictures of the documentation anew, from the mock: npm run docs:images. Needs dist/.
import { mkdirSync } from 'node:fs';
import { launchBrowser, startMock } from './browser.mjs';

const OUT = new URL('../../docs/images/', import.meta.url).pathname;
const PICTURES = {
  build: { path: '/projects/2/builds/7/', ready: (page) => page.getByTestId('first-error').waitFor() },
  history: { path: '/projects/1/history/', ready: (page) => page.getByTestId('history-row').nth(5).waitFor() },
  wallboard: { path: '/wallboard/', scheme: 'dark', ready: (page) => page.getByTestId('tile').nth(5).waitFor() },
  search: { path: '/projects/1/search/?q=FAIL', ready: (page) => page.getByTestId('found-line').first().waitFor() },
};

mkdirSync(OUT, { recursive: true });
const mock = await startMock();
const browser = await launchBrowser();
for (const [name, { path, scheme = 'light', ready }] of Object.entries(PICTURES)) {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 760 }, colorScheme: scheme, reducedMotion: 'reduce',
  });
  await context.addCookies([{ name: 'kozmic_session', value: 'mock', url: mock.base }]);
  const page = await context.newPage();
  await page.goto(mock.base + path);
  await ready(page);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${OUT}${name}.png` });
  await context.close();
}
await browser.close();
mock.stop();
