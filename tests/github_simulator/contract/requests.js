/**
 * What is wrong with a request to an operation.
 * @param {import('./schemas.js').Schemas} schemas
 * @param {import('./description.js').Description} description
 * @param {import('./description.js').Operation} operation
 * @param {object} request
 * @param {Record<string, string>} request.params of the path
 * @param {URLSearchParams} request.query
 * @param {Buffer} request.body
 * @returns {string[]}
 */
export function requestProblems(schemas, description, operation, { params, query, body }) {
  const given = [
    ...Object.entries(params).map(([name, value]) => ({ where: 'path', name, value })),
    ...[...query].map(([name, value]) => ({ where: 'query', name, value })),
  ];
  const problems = given.flatMap(({ where, name, value }) => {
    const parameter = operation.parameters[`${where} ${name}`];
    if (!parameter) return [`there is no ${where} parameter ${name}`];
    const schema = description.resolve(parameter.schema);
    return schemas.problems(schema, typed(schema, value), { exact: false })
      .map((problem) => `${where} parameter ${name}: ${problem}`);
  });
  for (const { in: where, name, required } of Object.values(operation.parameters)) {
    if (where === 'query' && required && !query.has(name)) {
      problems.push(`the query parameter ${name} is missing`);
    }
  }
  return [...problems, ...bodyProblems(schemas, operation, body)];
}

function bodyProblems(schemas, operation, body) {
  if (body.length === 0) return operation.body?.required ? ['the body is missing'] : [];
  let value;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return ['the body is not JSON'];
  }
  const schema = operation.body?.content?.['application/json']?.schema;
  if (!schema) return isEmpty(value) ? [] : ['there is to be no body'];
  return schemas.problems(schema, value, { exact: true });
}

function isEmpty(value) {
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0;
}

/** A parameter's text as what its schema speaks of. */
function typed({ type }, text) {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (type === 'array') return text.split(',');
  return text;
}
