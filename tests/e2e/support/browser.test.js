import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { launchBrowser } from './browser.js';

const BRIDGE = 'kozmic-passing';
const ip = (...args) => execFileSync('ip', args);

test('what a page asks for is not dropped because a network comes or goes', async () => {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    // Long enough for what waits for a connection to be there when a network changes.
    setTimeout(() => response.end('well'), request.url === '/' ? 0 : 20);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const asked = page.evaluate(async () => {
      let dropped = 0;
      while (!globalThis.enough) {
        await Promise.all(Array.from({ length: 20 }, (_, i) => fetch(`/${i}`).then((one) => one.text()).catch(() => dropped++)));
      }
      return dropped;
    });
    for (let i = 0; i < 10; i++) {
      ip('link', 'add', BRIDGE, 'type', 'bridge');
      ip('addr', 'add', '10.213.7.1/24', 'dev', BRIDGE);
      ip('link', 'set', BRIDGE, 'up');
      await delay(100);
      ip('link', 'delete', BRIDGE);
      await delay(100);
    }
    await page.evaluate(() => { globalThis.enough = true; });
    assert.equal(await asked, 0);
  } finally {
    await browser.close();
    server.close();
  }
});
