import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { watch } from './watch.js';

const ORIGIN = 'https://ci.example.com';
const ERROR = '{"code":"unauthenticated","message":"Sign in first."}';

/** A response as Playwright tells of it. */
const response = ({ method = 'GET', url = `${ORIGIN}/api/v1/me`, status = 401, type = 'application/json', text = async () => ERROR, page = ORIGIN }) => ({
  url: () => url, status: () => status, headers: () => (type ? { 'content-type': type } : {}), text,
  request: () => ({ method: () => method, isNavigationRequest: () => false }), frame: () => ({ url: () => `${page}/projects/` }),
});

async function faultsOf(...responses) {
  const page = new EventEmitter();
  const faults = [];
  const settled = watch(page, (fault) => faults.push(fault));
  for (const one of responses) page.emit('response', response(one));
  await settled();
  return faults;
}

test('what the API answers is checked, errors too', async () => {
  assert.deepEqual((await faultsOf({}, { text: async () => '{}' }, { url: `${ORIGIN}/api/v1/none?a=b`, status: 404 })).sort(), [
    "GET /api/v1/me answered 401: / must have required property 'code'",
    "GET /api/v1/me answered 401: / must have required property 'message'",
    'GET /api/v1/none is not described',
  ]);
});

test('what is not of the API, or of another server, is let pass', async () => {
  assert.deepEqual(await faultsOf({ url: `${ORIGIN}/assets/api/x.js` }, { url: 'https://github.example.com/api/v3/none' }), []);
});

test('a stream is not waited for', async () => {
  const never = () => new Promise(() => {});
  assert.deepEqual(await faultsOf({ url: `${ORIGIN}/api/v1/stream?project=1`, status: 200, type: 'text/event-stream', text: never }), []);
});

test('of a body that did not come whole the rest is checked', async () => {
  const lost = async () => { throw new Error('closed'); };
  assert.deepEqual(await faultsOf({ text: lost }, { status: 204, text: lost, type: undefined }), [
    'GET /api/v1/me answered 204: the status 204 is not described',
  ]);
});
