import { HttpError } from '../http/errors.js';

const FIELDS = new Set(['method', 'path_regex', 'times', 'delay_ms', 'status', 'headers', 'body',
                        'body_bytes', 'body_ms', 'html', 'redirect', 'wrong_types', 'next_link',
                        'truncate', 'drop_connection']);
const BODY_CAP = 256 * 1024 * 1024;
const HTML = '<!doctype html>\n<title>Unicorn!</title>\n<p>We had issues producing the response to ' +
             'your request.</p>\n';

/**
 * @param {unknown} list as sent
 * @returns {import('../state/faults.js').Fault[]}
 */
export function validFaults(list) {
  if (!Array.isArray(list)) throw bad('the body', 'must be a list');
  return list.map((given, i) => {
    const where = `fault ${i}`;
    if (given === null || typeof given !== 'object') throw bad(where, 'must be an object');
    for (const name of Object.keys(given)) {
      if (!FIELDS.has(name)) throw bad(where, `has an unknown field ${JSON.stringify(name)}`);
    }
    const { method = null, path_regex: regex } = given;
    if (method !== null && typeof method !== 'string') throw bad(where, 'method must be a text');
    if (!isRegex(regex)) throw bad(where, 'path_regex must be a regular expression');
    return {
      method,
      path_regex: regex,
      times: given.times === null ? null : number(where, 'times', given.times ?? 1),
      delay_ms: number(where, 'delay_ms', given.delay_ms ?? null),
      ...answerOf(where, given),
      body_ms: number(where, 'body_ms', given.body_ms ?? null),
      wrong_types: flag(where, 'wrong_types', given.wrong_types),
      next_link: address(where, 'next_link', given.next_link, 'self'),
      truncate: number(where, 'truncate', given.truncate ?? null),
      drop_connection: dropMoment(where, given.drop_connection ?? null),
    };
  });
}

/** The answer that is given in place of the work, if any; `html` and `redirect` are short for one. */
function answerOf(where, given) {
  const { headers = {}, body = '' } = given;
  if (headers === null || typeof headers !== 'object') throw bad(where, 'headers must be an object');
  const html = flag(where, 'html', given.html);
  const redirect = address(where, 'redirect', given.redirect);
  const bytes = number(where, 'body_bytes', given.body_bytes ?? null);
  if (bytes !== null && bytes > BODY_CAP) throw bad(where, `body_bytes is more than ${BODY_CAP}`);
  const status = number(where, 'status', given.status ?? null) ??
                 (redirect !== null ? 302 : html || bytes !== null ? 200 : null);
  return {
    status,
    headers: {
      ...(html && { 'content-type': 'text/html; charset=utf-8' }),
      ...(redirect !== null && { location: redirect }),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    },
    body: html ? HTML : typeof body === 'string' ? body : JSON.stringify(body),
    body_bytes: bytes,
  };
}

function dropMoment(where, value) {
  if (value === null || value === false) return null;
  if (value === true || value === 'before') return 'before';
  if (value === 'after') return 'after';
  throw bad(where, 'drop_connection must be true, "before" or "after"');
}

function number(where, name, value) {
  if (value === null) return null;
  if (!Number.isInteger(value) || value < 0 || value > 1e9) {
    throw bad(where, `${name} must be a whole number`);
  }
  if (name === 'status' && (value < 200 || value > 599)) {
    throw bad(where, 'status must be from 200 to 599');
  }
  return value;
}

function flag(where, name, value = false) {
  if (typeof value !== 'boolean') throw bad(where, `${name} must be true or false`);
  return value;
}

function address(where, name, value = null, word = null) {
  if (value === null || value === word) return value;
  if (typeof value !== 'string' || !URL.canParse(value)) throw bad(where, `${name} must be a URL`);
  return value;
}

function isRegex(text) {
  try {
    return typeof text === 'string' && text !== '' && Boolean(new RegExp(text));
  } catch {
    return false;
  }
}

function bad(where, problem) {
  return new HttpError(422, `${where} ${problem}`);
}
