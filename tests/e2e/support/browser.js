import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { watch } from '../../api/watch.js';
import { ROOT } from './installation.js';

/** How answers of the API were other than gateway/openapi.json says, in any page. */
const faults = [];

/** Those since the last call. */
export const takeFaults = () => faults.splice(0);

/** A library from no_netlink.c, to be preloaded. */
function noNetlink() {
  const folder = join(ROOT, 'tests/e2e/results');
  mkdirSync(folder, { recursive: true });
  const library = join(folder, 'no_netlink.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, new URL('no_netlink.c', import.meta.url).pathname]);
  return library;
}

/** Debian's Chromium, kept from calling home and from heeding the networks of containers. */
export function launchBrowser() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    env: { ...process.env, LD_PRELOAD: noNetlink() },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page whose errors and violations of the content security policy are collected. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const checked = watch(context, (fault) => faults.push(fault));
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A missing session is how the page learns that it must offer the sign-in.
    const expected = /401 \(Unauthorized\)/.test(message.text());
    if (message.type() === 'error' && !expected) complaints.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  const close = async () => {
    await checked();
    await context.close();
  };
  return { page, complaints, close };
}

/** Signs in on GitHub's page as somebody, and waits until that is done. */
export async function authorize(page, login) {
  await page.locator(`input[name=login][value=${login}]`).check();
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login/oauth'));
}

/** Writes a script into the editor of a form's field. */
export async function writeScript(page, field, text) {
  await page.locator(`[data-testid=field-${field}] .cm-content`).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}
