import { HttpError } from '../http/errors.js';

const FIELDS = new Set(['method', 'path_regex', 'times', 'delay_ms', 'status', 'headers', 'body',
                        'truncate', 'drop_connection']);

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
    const { method = null, path_regex: regex, headers = {}, body = '' } = given;
    if (method !== null && typeof method !== 'string') throw bad(where, 'method must be a text');
    if (!isRegex(regex)) throw bad(where, 'path_regex must be a regular expression');
    if (headers === null || typeof headers !== 'object') {
      throw bad(where, 'headers must be an object');
    }
    return {
      method,
      path_regex: regex,
      times: given.times === null ? null : number(where, 'times', given.times ?? 1),
      delay_ms: number(where, 'delay_ms', given.delay_ms ?? null),
      status: number(where, 'status', given.status ?? null),
      headers: Object.fromEntries(Object.entries(headers).map(([n, v]) => [n, String(v)])),
      body: typeof body === 'string' ? body : JSON.stringify(body),
      truncate: number(where, 'truncate', given.truncate ?? null),
      drop_connection: dropMoment(where, given.drop_connection ?? null),
    };
  });
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
