// A log of a million lines that is finished: opened whole, kept, searched.
import { quantiles } from '../main_job/quantiles.mjs';
import { memoryOf } from './memory.mjs';
import { result } from './results.mjs';
import { coldPage, seen, tell } from './visits.mjs';

const LINES = 1_000_000;
const LOG = '3/128/1/1';
const PAGE = '/projects/3/builds/128/';
const VISITS = 5;
/** For what is done when a log is complete, such as looking for errors. */
const QUIET_MS = 4000;

/** In ms: until the last of the matches is counted, and the longest the page did not answer. */
async function search(page, text) {
  await page.keyboard.press('/');
  await page.getByTestId('find').waitFor();
  await page.evaluate(() => {
    const { probe } = globalThis;
    probe.watch('found', '[data-testid=find-count][data-busy=true]', '[data-testid=find-count][data-busy=false]');
    document.querySelector('[data-testid=find]').addEventListener('input', () => (probe.asked = performance.now()), { capture: true });
  });
  await page.getByTestId('find').fill(text);
  await seen(page, 'found');
  return page.evaluate(() => {
    const { asked, seen: { found }, longTasks } = globalThis.probe;
    const meanwhile = longTasks.filter(({ startTime, duration }) => startTime + duration > asked);
    return { took: found - asked, task: Math.max(0, ...meanwhile.map(({ duration }) => duration)) };
  });
}

async function visit(browser, mock) {
  const cold = await coldPage(browser, mock);
  const { page } = cold;
  try {
    await page.addInitScript(() => globalThis.probe.watch('complete', '[data-testid=log][data-state=complete]'));
    await page.goto(mock.base + PAGE);
    const opened = await seen(page, 'complete');
    const rows = Number(await page.locator('.log-scroller').getAttribute('data-rows'));
    if (rows < LINES) throw new Error(`the log has ${rows} rows`);
    await page.waitForTimeout(QUIET_MS);
    const memory = await memoryOf(browser, cold);
    return { opened, ...memory, ...(await search(page, 'source_77.cc')) };
  } finally {
    await cold.close();
  }
}

export async function measureFinishedLog(browser, mock) {
  const rows = [];
  for (const [words, script, heap] of [['latin', 'Latin', 120], ['other', 'not Latin', 210]]) {
    await tell(mock, `log?log=${LOG}&lines=${LINES}&words=${words}`);
    const visits = [];
    for (let i = 0; i < VISITS; i++) visits.push(await visit(browser, mock));
    const row = (what, budget, figure, unit) => rows.push(
      result(`1M lines, ${script}: ${what}`, 'most', budget, quantiles(visits.map(figure)).p50, unit, `${VISITS} visits`));
    row('opened whole', 2, ({ opened }) => opened / 1000, 's');
    row('heap and backing store', heap, (one) => one.heap, 'MB');
    row('renderer, resident', 400, ({ resident }) => resident, 'MB');
    row('nodes in the document', 800, ({ nodes }) => nodes);
    row('searched', 300, ({ took }) => took, 'ms');
    row('longest task meanwhile', 50, ({ task }) => task, 'ms');
  }
  return rows;
}
