import { HttpError, validationFailed } from '../http/errors.js';

const EVENTS = new Set([
  '*', 'check_run', 'check_suite', 'commit_comment', 'create', 'delete', 'deploy_key',
  'deployment', 'deployment_status', 'fork', 'issue_comment', 'issues', 'label', 'member',
  'milestone', 'ping', 'public', 'pull_request', 'pull_request_review',
  'pull_request_review_comment', 'push', 'release', 'repository', 'status', 'team_add', 'watch',
]);
const HOOKS_PER_EVENT = 20;

const hookError = (message) => validationFailed({ resource: 'Hook', code: 'custom', message });

/**
 * @param {unknown} config as sent
 * @returns {import('../state/hooks.js').Hook['config']}
 */
export function validConfig(config) {
  if (config === null || typeof config !== 'object' || Array.isArray(config)) {
    throw new HttpError(422, 'Invalid request.\n\n"config" wasn\'t supplied.');
  }
  const given = /** @type {Record<string, unknown>} */ (config);
  const url = given.url === undefined ? '' : String(given.url);
  if (url === '') throw hookError('Config must contain URL for webhooks');
  if (!/^https?:\/\/[^\s/]/i.test(url) || !URL.canParse(url)) {
    throw hookError('Config url is not a valid URL');
  }
  const contentType = given.content_type ?? 'form';
  if (contentType !== 'json' && contentType !== 'form') {
    throw hookError('Config content_type must be json or form');
  }
  return {
    url,
    content_type: contentType,
    insecure_ssl: String(given.insecure_ssl ?? '0') === '1' ? '1' : '0',
    ...(given.secret != null && given.secret !== '' && { secret: String(given.secret) }),
  };
}

/**
 * @param {unknown} events as sent
 * @returns {string[]}
 */
export function validEvents(events) {
  if (!Array.isArray(events) || events.length === 0) {
    throw hookError('Events must be a list that is not empty');
  }
  for (const event of events) {
    if (!EVENTS.has(event)) {
      throw hookError(`These events are not allowed for this hook: ${String(event)}`);
    }
  }
  return [...new Set(events)];
}

/** @param {unknown} active */
export function validActive(active) {
  if (typeof active !== 'boolean') {
    throw new HttpError(422, `Invalid request.\n\nFor 'properties/active', ${
      JSON.stringify(active)} is not a boolean.`);
  }
  return active;
}

/**
 * Whether a hook may stand beside the others of its repository.
 * @param {import('../state/hooks.js').Hook} hook
 * @param {import('../state/hooks.js').Hook[]} others
 */
export function checkAgainstOthers(hook, others) {
  if (others.some(({ config }) => config.url === hook.config.url)) {
    throw hookError('Hook already exists on this repository');
  }
  for (const event of hook.events) {
    if (others.filter(({ events }) => events.includes(event)).length >= HOOKS_PER_EVENT) {
      throw hookError(`The "${event}" event cannot have more than ${HOOKS_PER_EVENT} hooks`);
    }
  }
}
