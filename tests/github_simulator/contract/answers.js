/**
 * Statuses that GitHub documents for the whole API, not for each operation: bad headers or JSON,
 * credentials, rights and rate limits, what is not there or not valid, moved repositories, trouble.
 */
const EVERYWHERE = new Set([301, 307, 400, 401, 403, 404, 413, 422, 429, 500, 502, 503]);
const BASIC_ERROR = { $ref: '#/components/schemas/basic-error' };
const VALIDATION_ERROR = { $ref: '#/components/schemas/validation-error' };

/**
 * What is wrong with an answer of an operation.
 * @param {import('./schemas.js').Schemas} schemas
 * @param {import('./description.js').Description} description
 * @param {import('./description.js').Operation} operation
 * @param {import('../http/answer.js').Answer} answer
 * @returns {string[]}
 */
export function answerProblems(schemas, description, operation, { status, body = '' }) {
  const text = String(body);
  if (status === 304) return text === '' ? [] : ['304 has a body'];
  const response = description.resolve(operation.responses[status]);
  if (!response && !EVERYWHERE.has(status)) return [`the status ${status} is not documented`];
  const documented = response?.content?.['application/json']?.schema;
  const general = status === 422 ? VALIDATION_ERROR : status >= 300 ? BASIC_ERROR : null;
  const schema = documented ?? general;
  if (!schema) return text === '' || text === '{}' ? [] : [`${status} is to have no body`];
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return ['the answer is not JSON'];
  }
  return schemas.problems(schema, value, { exact: false });
}
