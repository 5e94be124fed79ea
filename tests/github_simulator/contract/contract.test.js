import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SimulatorProcess, TOKENS } from '../testing/simulator_process.js';
import { answerProblems } from './answers.js';
import { Description } from './description.js';
import { requestProblems } from './requests.js';
import { Schemas } from './schemas.js';

const FOLDER = new URL('..', import.meta.url).pathname;
const description = new Description(FOLDER);
const schemas = new Schemas(description, FOLDER);

const request = (method, target, body) => {
  const [path, query = ''] = target.split('?');
  const { operation, params } = description.find(method, path);
  return requestProblems(schemas, description, operation, {
    params, query: new URLSearchParams(query),
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  });
};
const answer = (method, target, status, body) => {
  const { operation } = description.find(method, target);
  return answerProblems(schemas, description, operation, {
    status, body: body === undefined ? '' : JSON.stringify(body),
  });
};

test('operations are found by method and path, refs with slashes included', () => {
  const name = (method, target) => description.find(method, target)?.operation.name;
  assert.equal(name('GET', '/repos/a/b'), 'GET /repos/{owner}/{repo}');
  assert.equal(name('GET', '/repos/a/b/commits/x/y/status'),
               'GET /repos/{owner}/{repo}/commits/{ref}/status');
  assert.equal(name('GET', '/repos/a/b/commits/heads/main'),
               'GET /repos/{owner}/{repo}/commits/{ref}');
  assert.equal(name('GET', '/user/repos'), 'GET /user/repos');
  assert.equal(name('PUT', '/user/repos'), undefined);
  assert.equal(name('GET', '/nothing'), undefined);
});

const HOOKS = '/repos/a/b/hooks';
const hook = { name: 'web', events: ['push'], active: true,
               config: { url: 'http://x.example/', content_type: 'json', secret: 's' } };
test('good requests have no problems', () => {
  assert.deepEqual(request('POST', HOOKS, hook), []);
  assert.deepEqual(request('GET', '/user/repos?per_page=100&page=2&affiliation=owner'), []);
  assert.deepEqual(request('POST', '/repos/a/b/keys', { key: 'k', title: 't', read_only: true }), []);
  assert.deepEqual(request('DELETE', `${HOOKS}/7`), []);
});

for (const [what, problem, ...args] of [
  ['a misspelt field', /must NOT have/, 'POST', HOOKS, { ...hook, activ: true }],
  ['a misspelt field further in', /must NOT have/, 'POST', HOOKS,
   { ...hook, config: { ...hook.config, content: 'json' } }],
  ['a field of another type', /\/active must be boolean/, 'POST', HOOKS, { ...hook, active: 'yes' }],
  ['a missing field', /required property 'key'/, 'POST', '/repos/a/b/keys', { title: 't' }],
  ['a missing body', /the body is missing/, 'POST', '/repos/a/b/keys'],
  ['a body where none belongs', /there is to be no body/, 'POST', `${HOOKS}/7/pings`, { x: 1 }],
  ['an unknown query parameter', /no query parameter perpage/, 'GET', '/user/repos?perpage=1'],
  ['a query parameter of another type', /per_page.*must be integer/, 'GET',
   '/user/repos?per_page=all'],
  ['a value that is none of those allowed', /visibility.*must be equal to one of/, 'GET',
   '/user/repos?visibility=some'],
  ['an id that is no number', /hook_id.*must be integer/, 'DELETE', `${HOOKS}/x`],
]) {
  test(`${what} is a problem of a request`, () => {
    assert.match(request(...args).join('\n'), problem);
  });
}

for (const [what, problem, ...args] of [
  ['a missing field', /required property 'login'/, 'GET', '/user', 200, { id: 1 }],
  ['a status that is not documented', /status 418 is not documented/, 'GET', '/user', 418, {}],
  ['a body where none belongs', /204 is to have no body/, 'DELETE', `${HOOKS}/7`, 204, { x: 1 }],
  ['no body where one belongs', /not JSON/, 'GET', '/user', 200],
  ['an error of another form', /required property 'message'/, 'POST', HOOKS, 422, { error: 'x' }],
  ['a 304 with a body', /304 has a body/, 'GET', '/user', 304, {}],
]) {
  test(`${what} is a problem of an answer`, () => {
    assert.match(answer(...args).join('\n'), problem);
  });
}

test('errors that any operation may answer are no problems', () => {
  const error = { message: 'Not Found', documentation_url: 'https://docs.github.com/', status: '404' };
  for (const status of [401, 403, 404, 422, 429]) {
    assert.deepEqual(answer('GET', '/user', status, error), [], String(status));
  }
});

test('events are known with their actions', () => {
  assert.ok(description.event('pull_request', 'synchronize'));
  assert.ok(description.event('push', null));
  assert.equal(description.event('pull_request', 'exploded'), null);
});

let simulator;
before(async () => (simulator = await SimulatorProcess.start()));
after(() => simulator.kill()); // violations are what this is about
const contract = async () => (await simulator.control('GET', '/contract')).body;

test('a running simulator counts, and reports what is against the description', async () => {
  await simulator.api('GET', '/user');
  await simulator.api('GET', '/repos/octo/hello');
  const { body: { id } } = await simulator.api('GET', '/repos/octo/hello');
  await simulator.api('GET', `/repositories/${id}`);
  const clean = await contract();
  assert.deepEqual(clean.violations, []);
  assert.deepEqual([clean.requests, clean.operations['GET /repos/{owner}/{repo}']], [4, 3]);

  await simulator.api('GET', '/user?verbose=1');
  await simulator.api('GET', '/nonsense');
  const { violations } = await contract();
  assert.deepEqual(violations.map((one) => [one.of, one.method, one.path, one.operation, one.status]),
                   [['request', 'GET', '/api/v3/user?verbose=1', 'GET /user', 200],
                    ['request', 'GET', '/api/v3/nonsense', null, 404]]);
  assert.match(violations[0].problems[0], /no query parameter verbose/);
  const entry = (await simulator.journal()).find(({ type }) => type === 'contract_violation');
  assert.equal(entry.path, '/api/v3/user?verbose=1');
  assert.match(simulator.complaints, /contract: request GET \/api\/v3\/nonsense \(404\): there is no/);
});

test('what a fault answers is not held against the simulator; the request is checked', async () => {
  const before = (await contract()).violations.length;
  await simulator.setFaults([{ path_regex: '/user', html: true },
                             { path_regex: '/user', wrong_types: true },
                             { path_regex: '/user', status: 500 }]);
  const get = (query) => fetch(`${simulator.url}/api/v3/user${query}`, {
    headers: { authorization: `Bearer ${TOKENS.octo}` } }).then((response) => response.text());
  await get('');
  await get('');
  await get('?verbose=1');
  const { violations } = await contract();
  assert.deepEqual(violations.slice(before).map(({ of, status }) => [of, status]),
                   [['request', 500]]);
});
