// What a page holds in memory.
import { readFileSync } from 'node:fs';

const MB = 1e6;

function residentOf(pid) {
  const [, kilobytes] = /^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(kilobytes) * 1024;
}

/** Of the largest renderer: there is a spare one, and the other tabs are small. */
async function renderer(browser) {
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentOf(id)));
  } finally {
    await session.detach();
  }
}

/** In MB, after the garbage is gone; and how many nodes the document has. */
export async function memoryOf(browser, { cdp }) {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await cdp.send('Runtime.getHeapUsage');
  await cdp.send('Performance.enable');
  const { metrics } = await cdp.send('Performance.getMetrics');
  return {
    heap: (usedSize + backingStorageSize) / MB,
    resident: (await renderer(browser)) / MB,
    nodes: metrics.find(({ name }) => name === 'Nodes').value,
  };
}
