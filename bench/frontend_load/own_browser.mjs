// A browser that nobody but Lighthouse controls: who else is attached would slow its pages down.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CHROMIUM, CHROMIUM_ARGUMENTS, connectTo } from '../../frontend/dev/browser.mjs';

async function addressOf(browser) {
  for await (const line of createInterface({ input: browser.stderr })) {
    const [, address] = /^DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (address) return address;
  }
  throw new Error('Chromium does not start');
}

/** Somebody's browser, where they are signed in to the mock. */
export async function openOwnBrowser(mock) {
  const profile = await mkdtemp(join(tmpdir(), 'kozmic-lighthouse-'));
  const browser = spawn(CHROMIUM, [
    ...CHROMIUM_ARGUMENTS, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank',
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(browser, 'exit');
  const address = await addressOf(browser);
  browser.stderr.resume();
  const control = await connectTo(address);
  await control.contexts()[0].addCookies([{ name: 'kozmic_session', value: 'mock', url: mock.base }]);
  await control.close();
  return {
    port: new URL(address).port,
    async close() {
      browser.kill();
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
