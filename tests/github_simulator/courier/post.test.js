import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { WallClock } from '../base/clock.js';
import { post } from './post.js';

/** What the receiver does with the next request. */
let behave;
const server = http.createServer((request, response) => behave(request, response));
before(() => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => {
  server.closeAllConnections();
  server.close();
});

const send = (timeoutMs) => post({
  url: `http://127.0.0.1:${server.address().port}/`, body: '{}', headers: {}, insecure: false,
}, new WallClock(), timeoutMs);

test('an answer in time', async () => {
  behave = (request, response) => response.writeHead(201).end('fine');
  const outcome = await send(5000);
  assert.deepEqual([outcome.status, outcome.status_code, outcome.response_payload],
                   ['OK', 201, 'fine']);
  assert.ok(outcome.responded_at >= outcome.delivered_at);
});

test('no answer in time', async () => {
  behave = () => {};
  const outcome = await send(50);
  assert.deepEqual([outcome.status, outcome.status_code], ['timed out', 504]);
  assert.ok(outcome.responded_at - outcome.delivered_at >= 45);
});

test('a connection that closes without an answer', async () => {
  behave = (request) => request.socket.destroy();
  assert.equal((await send(5000)).status_code, 502);
});

test('a redirect is an answer, not followed', async () => {
  behave = (request, response) => response.writeHead(302, { location: '/elsewhere' }).end();
  const outcome = await send(5000);
  assert.deepEqual([outcome.status, outcome.status_code], ['Invalid HTTP Response: 302', 302]);
});

test('an endless answer is cut', async () => {
  behave = (request, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16384)));
    };
    response.on('drain', more);
    response.writeHead(200);
    more();
  };
  const outcome = await send(5000);
  assert.equal(outcome.status_code, 200);
  assert.equal(outcome.response_payload.length, 65536);
});
