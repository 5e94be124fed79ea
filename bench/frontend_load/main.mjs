// node main.mjs PART...: see ../frontend.
import { cpus } from 'node:os';
import { launchBrowser, startMock } from '../../frontend/dev/browser.mjs';
import { measureFinishedLog } from './finished_log.mjs';
import { measureLighthouse } from './lighthouse.mjs';
import { measureLiveLog } from './live_log.mjs';
import { measureLoading } from './loading.mjs';
import { show, showHead } from './results.mjs';
import { measureSizes } from './sizes.mjs';

const IN_BROWSER = {
  loading: measureLoading, finished: measureFinishedLog, live: measureLiveLog, lighthouse: measureLighthouse,
};

/** How busy the machine is with something else, in percent: figures of time mean little beside it. */
async function othersLoad() {
  const before = cpus();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const after = cpus();
  const sum = (all, figure) => all.reduce((total, { times }) => total + figure(times), 0);
  const spent = (figure) => sum(after, figure) - sum(before, figure);
  const whole = spent((times) => Object.values(times).reduce((a, b) => a + b));
  return Math.round(100 * (1 - spent(({ idle }) => idle) / whole));
}

/** A browser and a mock of its own for each part, so that none leaves anything to the next. */
async function inBrowser(measure) {
  const mock = await startMock();
  const browser = await launchBrowser();
  try {
    return await measure(browser, mock);
  } finally {
    await browser.close();
    mock.stop();
  }
}

showHead();
const results = measureSizes();
results.forEach(show);
for (const part of process.argv.slice(2)) {
  const load = await othersLoad();
  if (load > 20) console.log(`(${part}: the machine is ${load} % busy with something else)`);
  const more = await inBrowser(IN_BROWSER[part]);
  more.forEach(show);
  results.push(...more);
}
process.exitCode = results.every(({ met }) => met) ? 0 : 1;
