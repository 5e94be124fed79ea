// What people do with a log, tried in a real browser against the mock: finding, folding, times, errors,
// copying, checking. Needs dist/: npm run build.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { mockPages } from './browser.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SUCCESS = '/projects/3/builds/128/';
const FAILURE = '/projects/2/builds/7/';
const RUNNING = '/projects/1/builds/42/';

const pages = mockPages();

const complete = (page) => page.locator('[data-testid=log][data-state=complete]').waitFor();
const line = (page, number) => page.locator(`[data-testid=log-line][data-line="${number}"]`);
const count = (page, words) => page.getByTestId('find-count').getByText(words, { exact: true }).waitFor();
/** What is on the screen, not only in the document. */
const inView = (page, number) =>
  page.waitForFunction((wanted) => {
    const row = document.querySelector(`[data-testid=log-line][data-line="${wanted}"]`)?.getBoundingClientRect();
    const view = document.querySelector('.log-scroller').getBoundingClientRect();
    return row && row.top >= view.top - 1 && row.bottom <= view.bottom + 1;
  }, number);

/** No violations, whatever the reader's scheme. */
async function accessible(page) {
  await page.evaluate(AXE);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: 'tag', values } }), RULES);
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)]), [], colorScheme);
  }
}

test('/ finds in the whole log, through colours, and n, N, Enter and Escape do what they do', async (t) => {
  const page = await pages.visit(t, SUCCESS, (_, context) => pages.dev(context, 'log?log=3/128/1/1&lines=5000'));
  await complete(page);
  await page.keyboard.press('/');
  await page.getByTestId('find').fill('NUMBER 42');
  await count(page, '1 of 111');
  await inView(page, 42);
  await page.keyboard.press('Enter');
  await count(page, '2 of 111');
  await inView(page, 420);
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('Shift+Enter');
  await count(page, '111 of 111');
  await inView(page, 4299);
  assert.equal(await page.locator('.log-found-now').count(), 1);
  await accessible(page);
  await page.locator('.log-scroller').focus();
  await page.keyboard.press('n');
  await count(page, '1 of 111');
  await page.keyboard.press('N');
  await count(page, '111 of 111');
  await page.getByTestId('find-matchCase').click();
  await count(page, 'No matches');
  await page.getByTestId('find').fill('number 4[89]9$');
  await page.getByTestId('find-regex').click();
  await count(page, '1 of 2');
  await page.getByTestId('find').fill('number (');
  await page.getByTestId('find-count').getByText('Not a regular expression: Unterminated group').waitFor();
  await page.getByTestId('find').press('Escape');
  assert.equal(await page.getByTestId('find-bar').count(), 0);
  assert.equal(await page.locator('.log-found').count(), 0);
  await page.keyboard.press('Control+f');
  await page.getByTestId('find').waitFor();
  assert.equal(await page.getByTestId('find').inputValue(), 'number (');
});

test('a search goes on while the log is written', async (t) => {
  const page = await pages.visit(t, RUNNING);
  await page.getByTestId('log-line').first().waitFor();
  await page.keyboard.press('/');
  await page.getByTestId('find').fill('needle');
  await count(page, 'No matches');
  await pages.dev(page, 'grow?log=1/42/1/1&lines=3&text=needle');
  await count(page, '1 of 3');
  await pages.dev(page, 'grow?log=1/42/1/1&lines=2&text=needle');
  await count(page, '1 of 5');
});

test('an expression that would take forever is given up in words, and the page goes on', async (t) => {
  const page = await pages.visit(t, SUCCESS, (_, context) => pages.dev(context, `log?log=3/128/1/1&lines=3&text=${'a'.repeat(60)}`));
  await complete(page);
  await page.keyboard.press('/');
  await page.getByTestId('find-regex').click();
  await page.getByTestId('find').fill('(a+)+$');
  await page.getByTestId('find-count').getByText('This expression takes too long.').waitFor({ timeout: 30_000 });
  await page.getByTestId('find').fill('a+ 2');
  await count(page, '1 of 1');
});

test('a million lines are searched', async (t) => {
  const page = await pages.visit(t, SUCCESS, (_, context) => pages.dev(context, 'log?log=3/128/1/1&lines=1000000'));
  page.setDefaultTimeout(60_000);
  await complete(page);
  await page.keyboard.press('/');
  await page.getByTestId('find').waitFor();
  await page.getByTestId('find').fill('number 99999');
  await page.locator('[data-testid=find-count][data-busy=false]').getByText('1 of 11').waitFor();
});

test('times are told since the start or by the clock, are remembered, and are not copied', async (t) => {
  let asked = 0;
  const page = await pages.visit(t, SUCCESS, async (fresh, context) => {
    await pages.dev(context, 'log?log=3/128/1/1&lines=3000');
    fresh.on('request', (request) => request.url().includes('/log/times') && asked++);
  });
  await complete(page);
  assert.equal(asked, 0);
  const time = (number) => line(page, number).locator('.log-time').getAttribute('data-time');
  await page.getByTestId('times').click();
  await page.waitForFunction(() => document.querySelector('.log-time[data-time="0:02.2"]'));
  assert.equal(await time(10), '0:02.2');
  await page.locator('.log-scroller').focus();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.querySelector('.log-time[data-time="12:29.7"]'));
  assert.ok(asked >= 6, `${asked} pages`);
  await accessible(page);
  await page.keyboard.press('t');
  await page.waitForFunction(() => /^\d\d:\d\d:\d\d$/.test(document.querySelector('.log-time').dataset.time));
  await page.reload();
  await complete(page);
  await page.waitForFunction(() => /^\d\d:00:02$/.test(document.querySelectorAll('.log-time')[9]?.dataset.time));
  const copied = await page.evaluate(() => {
    getSelection().selectAllChildren(document.querySelector('.log-block'));
    return getSelection().toString();
  });
  assert.match(copied, /^A line of an ordinary length, number 1\s/);
  assert.doesNotMatch(copied, /:0|↪/);
  await page.keyboard.press('t');
  await page.waitForFunction(() => !document.querySelector('.log-time'));
});

test('the times of a running log are read on, and not from its beginning', async (t) => {
  const offsets = [];
  const page = await pages.visit(t, RUNNING, (fresh) => {
    fresh.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname.endsWith('/times')) offsets.push(Number(url.searchParams.get('offset')));
    });
  });
  await page.getByTestId('log-line').first().waitFor();
  await page.keyboard.press('t');
  await page.waitForFunction(() => document.querySelector('.log-time')?.dataset.time);
  const known = await page.locator('.log-scroller').getAttribute('data-rows');
  await pages.dev(page, 'grow?log=1/42/1/1&lines=5&text=later');
  const last = Number(known) + 5;
  await page.waitForFunction((number) => document.querySelector(`[data-line="${number}"] .log-time`)?.dataset.time, last);
  assert.equal(offsets[0], 0);
  assert.ok(offsets[1] > 0);
  assert.ok(offsets.length <= 3, `asked ${offsets.length} times`);
});

test('groups without errors are folded in a log that succeeded, and open by click, key, search and link', async (t) => {
  const page = await pages.visit(t, SUCCESS, (_, context) => pages.dev(context, 'log?log=3/128/1/1'));
  await complete(page);
  const fold = (name) => page.getByRole('button', { name, exact: true });
  await page.locator('[data-testid=fold][aria-expanded=false]').nth(2).waitFor();
  assert.deepEqual(
    await page.getByTestId('fold').evaluateAll((all) => all.map((one) => [one.ariaLabel, one.ariaExpanded])),
    [['Install', 'false'], ['Build', 'false'], ['Test', 'true'], ['Cleanup', 'false']],
  );
  assert.equal(await line(page, 3).count(), 0);
  // Numbers are those of the lines, whatever is folded.
  assert.match(await line(page, 47).textContent(), /Build/);
  await accessible(page);
  await fold('Install').click();
  await line(page, 3).waitFor();
  await page.keyboard.press(']');
  await page.waitForFunction(() => document.activeElement.ariaLabel === 'Versions');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.ariaExpanded === 'true');
  await page.keyboard.press('/');
  await page.getByTestId('find').fill('module 1234');
  await count(page, '1 of 1');
  await inView(page, 47 + 1234);
  await page.getByTestId('find').press('Escape');
  await page.goto(`${pages.base}/projects/3/builds/128/jobs/1/?attempt=1#L1000-L1002`);
  await page.reload();
  await complete(page);
  await inView(page, 1000);
  await page.getByTestId('wrap').click();
  await inView(page, 1000);
  assert.equal(await line(page, 1001).evaluate((row) => row.classList.contains('log-marked')), true);
});

test('a failed log opens at its first error, folds nothing, and e and Shift+E go from error to error', async (t) => {
  const page = await pages.visit(t, FAILURE, (_, context) => pages.dev(context, 'log?log=2/7/1/1&failed'));
  await complete(page);
  await inView(page, 3048);
  assert.equal(await page.locator('[data-testid=fold][aria-expanded=false]').count(), 0);
  await page.locator('.log-here[data-line="3048"]').waitFor();
  await accessible(page);
  await page.keyboard.press('e');
  await inView(page, 3089);
  await page.getByTestId('log-said').getByText('Error 2 of 2, line 3,089').waitFor();
  await page.getByTestId('first-error').getByText('Error 2 of 2', { exact: true }).waitFor();
  await page.keyboard.press('E');
  await inView(page, 3048);
  await page.getByTestId('next-error').click();
  await inView(page, 3089);
  await page.getByTestId('previous-error').click();
  await page.getByTestId('first-error').getByText('Error 1 of 2', { exact: true }).waitFor();
  await inView(page, 3048);
  await page.locator('.log-scroller').focus();
  await page.keyboard.press('Home');
  await inView(page, 1);
  await page.getByTestId('first-error').click();
  await inView(page, 3048);
});

test('a log that is followed goes to its first error when its job has failed', async (t) => {
  const page = await pages.visit(t, RUNNING);
  await page.getByTestId('log-line').first().waitFor();
  await pages.dev(page, 'grow?log=1/42/1/1&lines=1&text=FAIL%20test%20');
  await pages.dev(page, 'grow?log=1/42/1/1&lines=200&text=after');
  await pages.dev(page, 'finish?project=1&status=failure');
  await complete(page);
  await page.locator('.log-here').getByText('FAIL test 0').waitFor();
});

test('lines are copied as they are, the log fills the window, and ? tells all keys', async (t) => {
  const page = await pages.visit(t, SUCCESS, async (_, context) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await pages.dev(context, 'log?log=3/128/1/1&lines=100&text=Line');
  });
  await complete(page);
  await line(page, 5).locator('.log-gutter').click();
  await line(page, 7).locator('.log-gutter').click({ modifiers: ['Shift'] });
  await page.getByRole('button', { name: 'Copy text of 3 lines' }).click();
  await page.getByText('Copied').first().waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'Line 5\nLine 6\nLine 7\n');
  await accessible(page);
  assert.match(await page.getByTestId('download').getAttribute('download'), /^log-3-128-1-1\.txt$/);
  await page.keyboard.press('f');
  const box = await page.getByTestId('log').boundingBox();
  assert.deepEqual(box, { x: 0, y: 0, width: 1000, height: 800 });
  await accessible(page);
  await page.keyboard.press('Escape');
  assert.ok((await page.getByTestId('log').boundingBox()).y > 0);
  await page.keyboard.press('?');
  await page.getByTestId('keys').waitFor();
  await accessible(page);
  await page.keyboard.press('w');
  assert.equal(await page.getByTestId('wrap').getAttribute('aria-pressed'), 'false');
  await page.getByLabel('Single keys are shortcuts').uncheck();
  await page.keyboard.press('Escape');
  assert.equal(await page.getByTestId('keys').count(), 0);
  await page.keyboard.press('w');
  assert.equal(await page.getByTestId('wrap').getAttribute('aria-pressed'), 'false');
  await page.keyboard.press('Control+f');
  await page.getByTestId('find').waitFor();
});

test('N2: a log says its length and digest, and is verified against them on demand', async (t) => {
  const page = await pages.visit(t, SUCCESS, (_, context) => pages.dev(context, 'log?log=3/128/1/1'));
  await complete(page);
  const digest = page.locator('.outcome-digest');
  const whole = await digest.locator('code').first().getAttribute('title');
  assert.match(whole, /^[0-9a-f]{64}$/);
  assert.equal(await digest.locator('code').first().textContent(), `${whole.slice(0, 12)}…`);
  await page.getByTestId('verify-log').click();
  await page.getByTestId('verified').getByText('Verified').waitFor();
  await accessible(page);
  await pages.dev(page, 'log?log=3/128/1/1&damaged');
  await page.reload();
  await complete(page);
  await page.getByTestId('verify-log').click();
  await page.getByTestId('differs').getByText('These are not the bytes that were stored').waitFor();
  await accessible(page);
  await page.route('**/log?*', (route) => route.abort());
  await page.getByTestId('verify-log').click();
  await page.getByTestId('trouble').waitFor();
  assert.equal(await page.getByTestId('differs').count(), 0);
});

test('a log is printed whole, or the lines that are selected, and without the tools', async (t) => {
  const page = await pages.visit(t, '/projects/9/builds/5/');
  await complete(page);
  const print = async () => {
    // The part that prints is loaded a moment after the log.
    await page.waitForFunction(() => {
      window.dispatchEvent(new Event('beforeprint'));
      return document.querySelector('.log-print') !== null;
    });
    await page.emulateMedia({ media: 'print' });
    return page.getByTestId('log-print').innerText();
  };
  const whole = await print();
  assert.equal(whole.trimEnd().split('\n').length, 61);
  assert.match(whole, /^ +1 {2}Pulling /);
  assert.match(whole, /\n61 {2}✓ 128 tests passed in 12.3 s\n?$/);
  assert.equal(await page.locator('.log-tools').first().isVisible(), false);
  assert.equal(await page.locator('.topbar').isVisible(), false);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen' });
  assert.equal(await page.getByTestId('log-print').count(), 0);
  await page.goto(`${pages.base}/projects/9/builds/5/jobs/1/?attempt=1#L3-L4`);
  await complete(page);
  assert.equal((await print()).trimEnd(), '3  Skipping install script as tracked files did not change...\n4  ==> Configuring');
});

test('what a phase printed is a group that says which one it is', async (t) => {
  const page = await pages.visit(t, '/projects/1/builds/41/');
  await complete(page);
  const pull = page.getByRole('button', { name: 'Pull', exact: true });
  await page.locator('[data-testid=fold][aria-expanded=false]').waitFor();
  assert.equal(await page.getByTestId('fold').count(), 1, 'not a single line, and not the script');
  assert.equal(await line(page, 2).count(), 0, 'it is over, and nobody misses it');
  await accessible(page);
  await pull.click();
  await line(page, 2).waitFor();
  assert.equal(await line(page, 1).locator('.log-text').evaluate((text) => text.textContent), 'Pulling "kozmic/ubuntu-base:24.04" Docker image...');
});

test('N12: all logs of a project are searched, by address, on and on, and lead to their lines', async (t) => {
  let asked = 0;
  const page = await pages.visit(t, '/projects/1/history/', (fresh) => {
    fresh.on('request', (request) => request.url().includes('/logs/search') && asked++);
  });
  await page.getByRole('link', { name: 'Search', exact: true }).click();
  await page.getByTestId('search-text').fill('FAIL test/login');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${pages.base}/projects/1/search/?q=FAIL+test%2Flogin`);
  await page.locator('[data-testid=found-build][data-build="39"]').waitFor();
  await page.locator('[data-testid=found-build][data-build="39"]').getByText('Tests', { exact: true }).waitFor();
  // Pages that were empty were gone over.
  assert.equal(asked, 2);
  await page.getByTestId('search-state').getByText('1 line so far; there may be more.').waitFor();
  await page.getByTestId('more').click();
  await page.locator('[data-testid=found-build][data-build="33"]').waitFor();
  await accessible(page);
  await page.locator('[data-testid=found-build][data-build="39"]').getByTestId('found-line').getByRole('link').click();
  await page.waitForURL(`${pages.base}/projects/1/builds/39/jobs/1/?attempt=1#L121`);
  await complete(page);
  await inView(page, 121);
  await page.goBack();
  await page.locator('[data-testid=found-build][data-build="39"]').waitFor();
  assert.equal(await page.getByTestId('search-text').inputValue(), 'FAIL test/login');

  await page.getByTestId('search-matchCase').check();
  await page.getByTestId('search-regex').check();
  await page.getByTestId('search-text').fill('(');
  await page.getByTestId('search').click();
  await page.getByTestId('trouble').getByText('is no regular expression').waitFor();
  await page.getByTestId('search-text').fill('no log [h]as this');
  await page.getByTestId('search').click();
  await page.waitForURL(/q=no\+log\+%5Bh%5Das\+this&regex=1&case=1$/);
  await page.getByTestId('nothing-found').waitFor();
  await accessible(page);
});

test('N12: a search that finds nothing for long can be stopped and gone on with', async (t) => {
  const page = await pages.visit(t, '/projects/1/search/?q=nothing', (fresh) =>
    fresh.route('**/logs/search?*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.fulfill({ json: { lines: [], unreadable_logs: [], next_page_token: 'more' } }).catch(() => {});
    }));
  await page.getByTestId('search-state').getByText('Nothing yet, searching older builds…').waitFor();
  await page.getByTestId('stop-search').click();
  await page.getByTestId('search-state').getByText('Nothing so far; there are older builds.').waitFor();
  await page.getByTestId('more').click();
  await page.getByTestId('stop-search').waitFor();
});

test('N12: a log that could not be searched is named once', async (t) => {
  const page = await pages.visit(t, '/projects/1/search/?q=nothing', (fresh) =>
    fresh.route('**/logs/search?*', (route) => {
      const more = !route.request().url().includes('page_token');
      const unreadable_logs = [{ build: 7, job: 2, attempt: 1 }];
      return route.fulfill({ json: { lines: [], unreadable_logs, next_page_token: more ? 'more' : null } });
    }));
  await page.getByTestId('nothing-found').waitFor();
  const notice = page.getByTestId('unreadable-logs');
  assert.equal(
    await notice.innerText(),
    'A log is damaged on the server and could not be searched whole: build #7, job 2.',
  );
  assert.match(await notice.getByRole('link').getAttribute('href'), /^\/projects\/1\/builds\/7\//);
});

test('a log whose viewer cannot be loaded says so', async (t) => {
  const page = await pages.visit(t, SUCCESS, (fresh) => fresh.route('**/assets/log_panel-*.js', (route) => route.abort()));
  await page.getByTestId('unloadable').waitFor();
  await page.getByTestId('outcome').waitFor();
});

test('a link to a line shows the line in a small window too, where the log is below what is seen', async (t) => {
  const page = await pages.visit(t, '/projects/');
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(`${pages.base}/projects/3/builds/128/jobs/1/#L90`);
  await page.locator('.log-marked').waitFor();
  await page.waitForFunction(() => {
    const { top, bottom } = document.querySelector('.log-marked').getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
});
