// gateway/openapi.json, and whether answers are as it says.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const BODILESS = new Set([204, 304]);

export const description = JSON.parse(readFileSync(new URL('../../gateway/openapi.json', import.meta.url), 'utf8'));

const ajv = addFormats(new Ajv2020({ allErrors: true, allowUnionTypes: true }));
for (const [name, schema] of Object.entries(description.components.schemas)) ajv.addSchema(byName(schema), name);
/** By the schema, as it is in the description. */
const validators = new Map();

/** Each operation: { method: 'GET', path, operation }. */
export const operations = Object.entries(description.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })));

// The one counts that says more, as in the gateway's router: a literal before a variable.
const templates = operations
  .map((one) => ({ ...one, pattern: patternOf(one), rank: one.path.replace(/\{\w+\}/g, '\uffff') }))
  .sort((one, other) => (one.rank < other.rank ? -1 : 1));

/** The description's part that "#/…" names; undefined when there is none. */
export function resolve(reference) {
  return reference.slice(2).split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((part, step) => part?.[step], description);
}

/** What stands there itself, or where its $ref leads. */
export function follow(part) {
  return part?.$ref ? resolve(part.$ref) : part;
}

/** What is wrong with a value, as a schema of the description has it. */
export function valueFaults(schema, value) {
  if (!validators.has(schema)) validators.set(schema, ajv.compile(byName(schema)));
  const validate = validators.get(schema);
  return validate(value) ? [] : validate.errors.map(({ instancePath, message, params }) =>
    `${instancePath || '/'} ${message}${params.additionalProperty ? ` (${params.additionalProperty})` : ''}`);
}

/** A schema that refers to others by their names alone: each is one of its own to the validator. */
function byName(schema) {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/components/schemas/', '"$ref":"'));
}

/** The operation that a path belongs to; undefined when none is described. */
export function find(method, path) {
  const wanted = method === 'HEAD' ? 'GET' : method;
  // Slashes at the end and doubled ones mean nothing to the gateway.
  const plain = `/${path.split('/').filter((segment) => segment !== '').join('/')}`;
  const matching = templates.filter(({ pattern }) => pattern.test(plain));
  return matching.filter(({ rank }) => rank === matching[0].rank).find((one) => one.method === wanted);
}

/**
 * What is wrong with an answer, as the description has it; [] when nothing is.
 * @param {string} path without the query
 * @param {string | undefined} contentType the header
 * @param {string | null} bodyText null: it is not known, and not looked at
 * @returns {string[]}
 */
export function check(method, path, status, contentType, bodyText) {
  const found = find(method, path);
  if (!found) return [`${method} ${path} is not described`];
  const response = responseOf(found.operation, status);
  const faults = response ? bodyFaults(response, { method, status, contentType, bodyText })
    : [`the status ${status} is not described`];
  return faults.map((fault) => `${method} ${path} answered ${status}: ${fault}`);
}

/** `default` is for errors: what succeeds is described by its status. */
function responseOf({ responses }, status) {
  const names = [String(status), `${Math.floor(status / 100)}XX`, ...(status >= 400 ? ['default'] : [])];
  return follow(responses[names.find((one) => responses[one])]);
}

function bodyFaults(response, { method, status, contentType, bodyText }) {
  const type = (contentType ?? '').split(';')[0].trim().toLowerCase();
  if (method === 'HEAD' || BODILESS.has(status) || !response.content) {
    return bodyText ? ['it has a body, and none is described'] : [];
  }
  if (!response.content[type]) return [`the type "${type}" is not described`];
  if (type !== 'application/json' || bodyText === null) return [];
  let value;
  try {
    value = JSON.parse(bodyText);
  } catch {
    return ['the body is not JSON'];
  }
  return valueFaults(response.content[type].schema, value);
}

function patternOf({ path, operation }) {
  const slashes = new Set((operation.parameters ?? []).map(follow).filter((one) => one['x-slashes']).map(({ name }) => name));
  const segments = path.split('/').filter((segment) => segment !== '').map((segment) => {
    const [, name] = /^\{(\w+)\}$/.exec(segment) ?? [];
    if (name) return slashes.has(name) ? '.+' : '[^/]+';
    return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^/${segments.join('/')}$`);
}
