// The mock and a browser that looks at it, for what is tried in dev/.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright-core';

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}

/** A mock of one's own, on a free port. */
export async function startMock() {
  const server = new URL('mock_server.mjs', import.meta.url).pathname;
  const mock = spawn(process.execPath, [server], {
    env: { ...process.env, PORT: '0', STILL: '1' }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(mock.stdout, 'data');
  return { base: String(line).trim().replace(/\/$/, ''), stop: () => mock.kill() };
}
