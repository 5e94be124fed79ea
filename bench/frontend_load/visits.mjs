// Visits of pages by somebody who was never there before.
import { installProbes } from './probes.mjs';

/** A page with nothing cached, and its CDP session. */
export async function coldPage(browser, mock) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addCookies([{ name: 'kozmic_session', value: 'mock', url: mock.base }]);
  await context.addInitScript(installProbes);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const cdp = await context.newCDPSession(page);
  return { page, cdp, close: () => context.close() };
}

/** Has the mock do something: a path under /dev/. */
export async function tell(mock, path) {
  const answer = await fetch(`${mock.base}/dev/${path}`);
  if (!answer.ok) throw new Error(`/dev/${path}: ${answer.status}`);
}

/** When `name` was seen (see probe.watch), in ms since the visit began. */
export async function seen(page, name) {
  const handle = await page.waitForFunction((wanted) => globalThis.probe.seen[wanted], name, { polling: 50 });
  return handle.jsonValue();
}
