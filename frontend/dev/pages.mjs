// The pages that dev/screenshots.mjs looks at, by name: an address; what the mock is told before (a
// path under /dev/); what is done on the page before it is looked at.
const hang = (pattern) => async (page) => {
  await page.route(pattern, () => {});
  await page.reload();
};
const click = (testId) => async (page) => {
  await page.getByTestId(testId).first().click();
};
const fill = async (page, testId, text) => {
  await page.getByTestId(testId).fill(text);
};
/** The picture shows the whole page, not just what fits into the window. */
const whole = true;

export const PAGES = {
  login: { path: '/login/?next=%2Fprojects%2F', signedOut: true },
  'login-denied': { path: '/login/?error=denied', signedOut: true },
  'login-expired': { path: '/login/?error=expired', signedOut: true },
  'login-scope': { path: '/login/?error=scope&scope=repo', signedOut: true },
  'login-github': { path: '/login/?error=github', signedOut: true },
  'login-unavailable': { path: '/login/?error=unavailable' },
  projects: { path: '/projects/' },
  running: { path: '/projects/1/builds/latest/' },
  waiting: { path: '/projects/1/builds/42/jobs/2/' },
  queued: { path: '/projects/4/' },
  failed: { path: '/projects/2/builds/7/' },
  lines: { path: '/projects/3/builds/128/jobs/1/#L5-L12' },
  error: { path: '/projects/5/builds/9/' },
  'log-groups': { path: '/projects/3/builds/128/', dev: 'log?log=3/128/1/1' },
  'log-errors': { path: '/projects/2/builds/7/jobs/2/', dev: 'log?log=2/7/2/1&failed' },
  'log-found': {
    path: '/projects/3/builds/128/', dev: 'log?log=3/128/1/1',
    act: async (page) => {
      await click('open-find')(page);
      await fill(page, 'find', 'module 12');
      await page.getByTestId('find-count').getByText('1 of').waitFor();
    },
  },
  'log-find-problem': {
    path: '/projects/3/builds/128/',
    act: async (page) => {
      await click('open-find')(page);
      await click('find-regex')(page);
      await fill(page, 'find', 'module (12');
    },
  },
  'log-times': { path: '/projects/3/builds/128/', act: click('times') },
  'log-full': { path: '/projects/3/builds/128/', act: click('full-screen') },
  'log-keys': { path: '/projects/3/builds/128/', act: click('open-keys') },
  'log-verified': { path: '/projects/3/builds/128/', whole, act: click('verify-log') },
  'log-differs': {
    path: '/projects/3/builds/128/', dev: 'log?log=3/128/1/1&damaged', whole, act: click('verify-log'),
  },
  compare: { path: '/projects/1/builds/39/jobs/1/compare/?attempt=1', whole },
  'compare-none': { path: '/projects/2/builds/7/jobs/1/compare/?attempt=1' },
  search: { path: '/projects/1/search/' },
  'search-found': { path: '/projects/1/search/?q=FAIL', whole },
  'search-none': { path: '/projects/1/search/?q=nothing+has+this' },
  'search-refused': { path: '/projects/1/search/?q=(&regex=1' },
  approval: { path: '/projects/9/builds/6/' },
  'approval-ask': { path: '/projects/9/builds/6/', act: click('approve') },
  'approval-member': { path: '/projects/6/builds/1/', dev: 'push?project=6&fork=mallory/new' },
  attempts: { path: '/projects/9/builds/5/' },
  'attempts-old': { path: '/projects/9/builds/5/jobs/1/?attempt=1', whole },
  'attempts-none': { path: '/projects/9/builds/5/jobs/1/?attempt=9' },
  variables: { path: '/projects/9/builds/5/jobs/2/', act: (page) => page.getByText('2 variables').click() },
  cancelling: { path: '/projects/9/builds/4/' },
  'cancel-ask': { path: '/projects/9/builds/4/', act: click('cancel-build') },
  'cancel-refused': {
    path: '/projects/9/builds/5/', dev: 'fail?method=POST&path=/api/v1/projects/9&status=409&code=hook_gone', whole,
    act: async (page) => {
      await page.getByTestId('restart-job').click();
      await page.getByTestId('restart-failed').click();
      await page.getByTestId('trouble').nth(1).waitFor();
    },
  },
  cancelled: { path: '/projects/9/builds/3/', whole },
  'waiting-label': { path: '/projects/9/builds/1/' },
  'waiting-limit': { path: '/projects/9/builds/1/jobs/2/' },
  'new-build': { path: '/projects/9/builds/new/', act: click('add-variable') },
  'new-build-refused': {
    path: '/projects/9/builds/new/',
    act: async (page) => {
      await fill(page, 'field-ref', 'nowhere');
      await page.getByTestId('start-build').click();
      await page.getByTestId('fault-ref').waitFor();
    },
  },
  'new-build-member': { path: '/projects/6/builds/new/' },
  deliveries: { path: '/projects/9/deliveries/' },
  'deliveries-open': {
    path: '/projects/9/deliveries/',
    act: async (page) => {
      await page.getByTestId('delivery').nth(5).locator('summary').click();
      await page.getByText('head_commit').waitFor();
    },
  },
  'deliveries-failed': { path: '/projects/9/deliveries/?state=failed' },
  'deliveries-none': { path: '/projects/1/deliveries/' },
  'history-mixed': { path: '/projects/9/history/' },
  history: { path: '/projects/1/history/' },
  wallboard: { path: '/wallboard/' },
  'history-filtered': { path: '/projects/1/history/?status=failure&q=log' },
  'history-nothing': { path: '/projects/1/history/?branch=none' },
  menu: { path: '/projects/', act: (page) => page.getByRole('button', { name: /^Account menu/ }).click() },
  missing: { path: '/projects/99/' },
  docs: { path: '/docs/', whole },

  repositories: { path: '/repositories/', dev: 'repositories?count=9&state=done', whole },
  'repositories-loading': { path: '/repositories/', act: hang('**/api/v1/repositories') },
  'repositories-many': {
    path: '/repositories/', dev: 'repositories?count=5000&state=done',
    act: async (page) => {
      await page.getByTestId('repository-row').first().waitFor();
      await page.evaluate(() => scrollTo(0, 90_000));
    },
  },
  'repositories-never': { path: '/repositories/', dev: 'repositories?count=0&state=never' },
  'repositories-running': {
    path: '/repositories/', dev: 'repositories?count=5000&state=running',
    act: (page) => page.getByText(/pages of/).waitFor(),
  },
  'repositories-failed': { path: '/repositories/', dev: 'repositories?count=9&state=failed' },
  'repositories-revoked': { path: '/repositories/', dev: 'repositories?state=failed&code=sign_in_needed' },
  'repositories-none': { path: '/repositories/', dev: 'repositories?count=0&state=done' },
  'repositories-filtered': {
    path: '/repositories/', dev: 'repositories?count=9&state=done', act: (page) => fill(page, 'filter', 'acme b'),
  },
  'repositories-unfound': {
    path: '/repositories/', dev: 'repositories?count=9&state=done',
    act: (page) => fill(page, 'filter', 'a name that none of them has'),
  },
  'repositories-refused': {
    path: '/repositories/', dev: 'repositories?count=9&state=done', whole,
    act: async (page) => {
      await page.locator('[data-repository="ada/unavailable"]').getByTestId('create-project').click();
      await page.getByTestId('create-failed').waitFor();
    },
  },
  'by-name-refused': {
    path: '/repositories/', dev: 'repositories?count=9&state=done', whole,
    act: async (page) => {
      await page.getByText('Not in the list?').click();
      await page.getByLabel('Repository', { exact: true }).fill('https://github.com/acme/secret.git');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
  },

  settings: { path: '/projects/1/settings/', whole },
  'settings-loading': { path: '/projects/1/settings/', act: hang('**/api/v1/projects/1**') },
  'settings-error': { path: '/projects/1/settings/', dev: 'fail?path=/api/v1/projects/1/hooks' },
  'settings-fresh': { path: '/projects/7/settings/' },
  'settings-member': {
    path: '/projects/6/settings/', act: (page) => page.getByText('What it runs').click(),
  },
  'settings-restored': {
    path: '/projects/1/settings/',
    act: async (page) => {
      await page.getByTestId('restore-hooks').click();
      await page.getByTestId('restored').waitFor();
    },
  },
  'settings-scripts': {
    path: '/projects/1/settings/', act: (page) => page.getByText('What it runs').first().click(),
  },
  'settings-delete': { path: '/projects/1/settings/', act: click('delete-hook') },
  'settings-delete-refused': {
    path: '/projects/1/settings/', dev: 'fail?method=DELETE&path=/api/v1/projects/1/hooks&code=github_unavailable',
    act: async (page) => {
      await page.getByTestId('delete-hook').first().click();
      await page.getByTestId('confirm').click();
      await page.getByTestId('trouble').waitFor();
    },
  },
  'hook-add': { path: '/projects/7/hooks/add/', whole },
  'hook-refused': {
    path: '/projects/7/hooks/add/', whole,
    act: async (page) => {
      await page.locator('.cm-content').first().waitFor();
      await page.getByLabel('Script', { exact: true }).fill('');
      await fill(page, 'field-branches', 'release/*');
      await fill(page, 'field-tracked_files', 'src\n../../etc/passwd');
      for (const event of ['push', 'pull_request']) await page.getByTestId(`field-${event}`).uncheck();
      await page.getByTestId('save').click();
    },
  },
  'hook-plain': {
    path: '/projects/7/hooks/add/', whole,
    act: async (page) => {
      await page.route('**/assets/mount-*', (route) => route.abort());
      await page.reload();
    },
    // The editor's chunk is refused on purpose.
    expected: /net::ERR_FAILED/,
  },
  'hook-edit': { path: '/projects/1/hooks/3/edit/', whole },
  'hook-search': {
    path: '/projects/1/hooks/3/edit/',
    act: async (page) => {
      await page.getByLabel('Script', { exact: true }).click();
      await page.keyboard.press('Control+f');
      await page.getByRole('textbox', { name: 'Find' }).fill('step');
    },
  },
  'hook-unsaved': {
    path: '/projects/1/hooks/1/edit/',
    act: async (page) => {
      await page.getByLabel('Title').fill('Changed');
      await page.getByRole('link', { name: 'Docs' }).click();
      await page.getByTestId('unsaved').waitFor();
    },
  },
  'hook-services-refused': {
    path: '/projects/7/hooks/add/', whole,
    act: async (page) => {
      await page.getByTestId('add-service').click();
      await page.getByTestId('add-service').click();
      await page.getByTestId('save').click();
      await page.getByTestId('fault-services').waitFor();
    },
  },
  'hook-advanced': { path: '/projects/9/hooks/6/edit/', whole },
  'settings-history': { path: '/projects/9/settings/history/', act: async (page) => { for (const one of [0, 1]) await page.locator('[data-testid=change] summary').nth(one).click(); } },
  'settings-file': { path: '/projects/9/settings/file/' },
  'settings-builds': { path: '/projects/9/settings/builds/' },
  'settings-builds-refused': {
    path: '/projects/9/settings/builds/',
    act: async (page) => {
      await fill(page, 'field-max_parallel', 'many');
      await page.getByTestId('save').click();
    },
  },
  notifications: { path: '/projects/9/settings/notifications/', whole },
  'notifications-none': { path: '/projects/1/settings/notifications/' },
  'hook-member': { path: '/projects/6/hooks/5/edit/' },
  'hook-missing': { path: '/projects/1/hooks/99/edit/' },
  secrets: { path: '/projects/2/settings/secrets/', whole },
  'secrets-none': { path: '/projects/1/settings/secrets/', whole },
  'secrets-replace': {
    path: '/projects/2/settings/secrets/', whole,
    act: async (page) => {
      await page.getByTestId('replace-secret').first().click();
      await page.getByTestId('save-secret').click();
    },
  },
  registries: { path: '/projects/2/settings/registries/', whole },
  'registries-none': { path: '/projects/1/settings/registries/', whole },
  'registries-faults': {
    path: '/projects/2/settings/registries/', whole,
    act: async (page) => {
      await page.getByTestId('field-registry').fill('docker.io');
      await page.getByTestId('save-registry').click();
      await page.getByTestId('fault-password').waitFor();
    },
  },
  'secrets-member': { path: '/projects/6/settings/secrets/' },
  'deploy-key': { path: '/projects/2/settings/deploy-key/' },
  'deploy-key-unknown': { path: '/projects/8/settings/deploy-key/' },
  'deploy-key-none': { path: '/projects/1/settings/deploy-key/' },
  members: { path: '/projects/2/settings/members/', whole },
  badge: { path: '/projects/1/settings/badge/' },
  'badge-private': {
    path: '/projects/2/settings/badge/', act: (page) => fill(page, 'badge-branch', 'feature/a-long-branch (2)'),
  },
  danger: { path: '/projects/7/settings/danger/' },
  'danger-refused': {
    path: '/projects/7/settings/danger/',
    act: async (page) => {
      await fill(page, 'field-repository', 'octo/flesh');
      await page.keyboard.press('Enter');
    },
  },
  'danger-manager': { path: '/projects/2/settings/danger/' },
  runners: { path: '/admin/runners/', dev: 'admin', whole },
  'runners-forget': { path: '/admin/runners/', dev: 'admin', act: click('forget-runner') },
  'runners-none': { path: '/admin/runners/', dev: 'admin?empty' },
  'runners-member': { path: '/admin/runners/', dev: 'admin?no' },
  queue: { path: '/admin/queue/', dev: 'admin' },
  'queue-none': { path: '/admin/queue/', dev: 'admin?empty' },
  account: { path: '/account/settings/', whole },
  'account-refused': {
    path: '/account/settings/',
    act: async (page) => {
      await fill(page, 'field-notification_email', 'ada@nowhere.invalid');
      await page.getByTestId('save').click();
    },
  },
  'account-saved': {
    path: '/account/settings/',
    act: async (page) => {
      await fill(page, 'field-notification_email', `ada${Math.random()}@example.com`);
      await page.getByTestId('save').click();
      await page.getByText('Your settings have been saved.').waitFor();
    },
  },
  'account-token': {
    path: '/account/settings/', whole,
    act: async (page) => {
      await fill(page, 'field-name', 'nightly report');
      await page.getByTestId('create-token').click();
      await page.getByTestId('new-token').waitFor();
    },
  },
};
