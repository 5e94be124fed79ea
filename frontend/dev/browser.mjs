// The mock and a browser that looks at it, for what is tried in dev/.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, beforeEach } from 'node:test';
import { chromium } from 'playwright-core';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export function launchBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
}

/** A browser that runs already; closing it only lets go of it. */
export const connectTo = (address) => chromium.connectOverCDP(address);

/** A mock of one's own, on a free port. */
export async function startMock() {
  const server = new URL('mock_server.mjs', import.meta.url).pathname;
  const mock = spawn(process.execPath, [server], {
    env: { ...process.env, PORT: '0', STILL: '1' }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(mock.stdout, 'data');
  return { base: String(line).trim().replace(/\/$/, ''), stop: () => mock.kill() };
}

/**
 * What opens pages of the mock as somebody who is signed in: visit(test, path, prepare). Whatever the
 * browser complains about fails the test.
 */
export function visitor(browser, mock) {
  return async (t, path, prepare) => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 800 } });
    await context.addCookies([{ name: 'kozmic_session', value: 'mock', url: mock.base }]);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (4\d\d|503)|ERR_FAILED/.test(message.text())) complaints.push(message.text());
    });
    t.after(async () => {
      await context.request.get(`${mock.base}/dev/fail`);
      await context.close();
      assert.deepEqual(complaints, []);
    });
    await prepare?.(page, context);
    await page.goto(mock.base + path);
    return page;
  };
}

/**
 * For a file of tests: a browser, and a mock that is the same for all of them or `fresh` for each.
 * `visit` as of visitor(); `base` is the mock's.
 */
export function mockPages({ fresh = false } = {}) {
  const pages = {};
  let browser;
  let mock;
  (fresh ? beforeEach : before)(async () => {
    browser ??= await launchBrowser();
    mock?.stop();
    mock = await startMock();
    Object.assign(pages, { base: mock.base, visit: visitor(browser, mock) });
  });
  after(async () => {
    await browser?.close();
    mock?.stop();
  });
  /** Tells the mock something: a path under /dev/. */
  pages.dev = (context, path) => context.request.get(`${pages.base}/dev/${path}`);
  return pages;
}
