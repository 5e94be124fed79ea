// A log that is followed while it is written.
import { quantiles } from '../main_job/quantiles.mjs';
import { memoryOf } from './memory.mjs';
import { result } from './results.mjs';
import { coldPage, seen, tell } from './visits.mjs';

const RATE = 100_000;
const SECONDS = 5;
const FLOOD = 1_000_000;
const SLOW_FRAME_MS = 25;
const ROUNDS = 3;

const slowShare = (frames) => (100 * frames.filter((ms) => ms > SLOW_FRAME_MS).length) / frames.length;

/** A page that follows the log of a build that has just begun. */
async function follow(browser, mock) {
  await tell(mock, 'push?project=7&status=pending');
  const answer = await fetch(`${mock.base}/api/v1/projects/7/builds/latest`, { headers: { cookie: 'kozmic_session=mock' } });
  const { number, jobs } = await answer.json();
  const cold = await coldPage(browser, mock);
  await cold.page.goto(`${mock.base}/projects/7/builds/${number}/`);
  await cold.page.locator('[data-testid=log][data-state=live]').waitFor();
  const rowsBefore = Number(await cold.page.locator('.log-scroller').getAttribute('data-rows'));
  return { ...cold, log: jobs[0].log.id, rowsBefore };
}

/** What share of frames is slow while nothing happens, and while lines arrive. */
async function frames(browser, mock) {
  const { page, close, log, rowsBefore } = await follow(browser, mock);
  try {
    const record = () => page.evaluate((ms) => globalThis.probe.record(ms), SECONDS * 1000);
    await page.waitForTimeout(1000);
    const idle = slowShare(await record());
    await tell(mock, `flood?log=${log}&lines=${RATE * SECONDS}&rate=${RATE}`);
    const busy = slowShare(await record());
    const rows = Number(await page.locator('.log-scroller').getAttribute('data-rows')) - rowsBefore;
    return { idle, busy, shown: (100 * rows) / (RATE * SECONDS) };
  } finally {
    await close();
  }
}

async function flood(browser, mock) {
  const cold = await follow(browser, mock);
  const { page, close, log, rowsBefore } = cold;
  try {
    await page.waitForTimeout(1000);
    const begun = await page.evaluate(async ([url, rows]) => {
      globalThis.probe.watch('all', `.log-scroller[data-rows="${rows}"]`);
      await fetch(url);
      return performance.now();
    }, [`/dev/flood?log=${log}&lines=${FLOOD}`, rowsBefore + FLOOD]);
    const took = ((await seen(page, 'all')) - begun) / 1000;
    await page.waitForTimeout(2000);
    return { took, ...(await memoryOf(browser, cold)) };
  } finally {
    await close();
  }
}

export async function measureLiveLog(browser, mock) {
  const followed = [];
  const flooded = [];
  for (let i = 0; i < ROUNDS; i++) followed.push(await frames(browser, mock));
  for (let i = 0; i < ROUNDS; i++) flooded.push(await flood(browser, mock));
  const median = (all, figure) => quantiles(all.map(figure)).p50;
  const idle = median(followed, (one) => one.idle).toFixed(2);
  return [
    result(`100k lines/s, frames over ${SLOW_FRAME_MS} ms`, 'most', 1, median(followed, ({ busy }) => busy), '%',
      `${idle} % while idle; ${ROUNDS} times ${SECONDS} s`),
    // A page that is far behind may well be smooth.
    result(`of these lines, shown after ${SECONDS} s`, 'least', 95, median(followed, ({ shown }) => shown), '%'),
    result('1M lines by live stream', 'most', 4, median(flooded, ({ took }) => took), 's', `${ROUNDS} times`),
    result('then: heap and backing store', 'most', 120, median(flooded, ({ heap }) => heap), 'MB'),
    result('then: renderer, resident', 'most', 400, median(flooded, ({ resident }) => resident), 'MB'),
    result('then: nodes in the document', 'most', 800, median(flooded, ({ nodes }) => nodes)),
  ];
}
