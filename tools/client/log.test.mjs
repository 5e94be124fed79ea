// log: every byte, once, whatever happens to the connection.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { FakeServer, begin, build, job, run } from './fake_server.mjs';

let server;
beforeEach(async () => {
  server = await new FakeServer().start();
  server.put(build(2, 'pending', [job(1, 'success'), job(3, 'pending', { attempt: 2 })]));
});
afterEach(() => server.stop());

const logs = () => server.requests.filter((one) => one.includes('/log')).map((one) => one.replace(/^.*\/jobs\//, ''));
/** What no text has. */
const ODD = Buffer.from([0, 255, 27, 91, 50, 74, 13, 10, 195]);

test('a log is printed byte for byte', async () => {
  server.log = { bytes: Buffer.concat([ODD, Buffer.alloc(3_000_000, 'abc'), ODD]), sealed: true };
  const { code, bytes, err } = await run(server, ['log', '1/2/3']);
  assert.deepEqual([code, err], [0, '']);
  assert.ok(bytes.equals(server.log.bytes));
  assert.deepEqual(logs(), ['3/log?attempt=2&offset=0']);
});

test('the attempt that is asked for, or that the page shows', async () => {
  await run(server, ['log', '1/2/3', '--attempt', '1']);
  await run(server, ['log', `${server.base}/projects/1/builds/2/jobs/3/?attempt=1`]);
  await run(server, ['log', `${server.base}/projects/1/builds/2/jobs/3/?attempt=1`, '--attempt=2']);
  assert.deepEqual(logs(), [1, 1, 2].map((attempt) => `3/log?attempt=${attempt}&offset=0`));
});

test('a build that has one job names it; of several, one must be named', async () => {
  server.log.bytes = Buffer.from('x');
  assert.match((await run(server, ['log', '1/2'])).err, /has 2 jobs; name one/);
  server.put(build(2, 'success', [job(1, 'success')]));
  assert.equal((await run(server, ['log', '1/2'])).out, 'x');
  const missing = await run(server, ['log', '1/2/9']);
  assert.deepEqual([missing.code, missing.out], [3, '']);
});

test('without --follow, what a running job has is printed', async () => {
  server.log = { bytes: Buffer.from('so far\n'), sealed: false };
  assert.deepEqual(await run(server, ['log', '1/2/3']).then(({ code, out }) => [code, out]), [0, 'so far\n']);
  server.log = { bytes: Buffer.alloc(0), sealed: false };
  assert.deepEqual(await run(server, ['log', '1/2/3']).then(({ code, out }) => [code, out]), [0, '']);
});

test('with --follow, it is printed as it comes, until it is sealed', async () => {
  server.log = { bytes: Buffer.from('one\n'), sealed: false };
  const follow = begin(server, ['log', '1/2/3', '--follow']);
  await follow.until('one\n');
  server.append(ODD);
  server.append(Buffer.from('two\n'));
  await follow.until('two\n');
  server.seal();
  const { code, bytes, err } = await follow.ended;
  assert.deepEqual([code, err], [0, '']);
  assert.ok(bytes.equals(server.log.bytes));
  assert.deepEqual(logs(), ['3/log?attempt=2&follow=true&offset=0', `3/log?attempt=2&follow=true&offset=${bytes.length}`]);
});

test('with --follow, a log that is sealed already is as without', async () => {
  server.log = { bytes: Buffer.from('all\n'), sealed: true };
  assert.deepEqual(await run(server, ['log', '1/2/3', '--follow']).then(({ code, out }) => [code, out]), [0, 'all\n']);
  assert.equal(logs().length, 1);
});

test('a connection that is cut anywhere, in a letter or a chunk too, is gone on with', async () => {
  const whole = Buffer.from(`${'Grüße, 世界\n'.repeat(50)}The end.\n`);
  server.log = { bytes: whole, sealed: false };
  const cuts = [1, 4, 5, 11, 11, 200, 201];
  let job3 = 0;
  server.intercept = (request, response, url) => {
    if (!url.pathname.endsWith('/log') || job3 >= cuts.length) return false;
    const offset = Number(url.searchParams.get('offset'));
    const cut = Math.max(offset, cuts[job3++]);
    // As chunks by hand, so that one can end before its length says.
    request.socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nKozmic-Log-Offset: ${offset}\r\n\r\n`);
    request.socket.write(`${(whole.length - offset).toString(16)}\r\n`);
    request.socket.end(whole.subarray(offset, cut));
    // Restarted meanwhile: the newest attempt is another one.
    server.put(build(2, 'pending', [job(3, 'pending', { attempt: 9 })]));
    return true;
  };
  const follow = begin(server, ['log', '1/2/3', '--follow']);
  await follow.until('The end.\n');
  server.seal();
  const { code, bytes } = await follow.ended;
  assert.equal(code, 0);
  assert.ok(bytes.equals(whole), `${bytes.length} of ${whole.length}`);
  assert.ok(logs().every((one) => one.includes('attempt=2&')));
  assert.deepEqual(logs().map((one) => Number(/offset=(\d+)/.exec(one)[1])), [0, ...cuts, whole.length]);
});

test('a log without --follow is gone on with, too', async () => {
  server.log = { bytes: Buffer.from('0123456789'), sealed: true };
  let asked = 0;
  server.intercept = (request, response, url) => {
    if (!url.pathname.endsWith('/log') || asked++ > 0) return false;
    request.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\nKozmic-Log-Offset: 0\r\nKozmic-Log-Size: 10\r\n\r\n0123');
    return true;
  };
  assert.deepEqual(await run(server, ['log', '1/2/3']).then(({ code, out }) => [code, out]), [0, '0123456789']);
  assert.deepEqual(logs().map((one) => one.slice(-8)), ['offset=0', 'offset=4']);
});

test('an answer that is ended well before the log is, as by a proxy, is no end', async () => {
  server.log = { bytes: Buffer.from('0123456789'), sealed: false };
  let asked = 0;
  server.intercept = (request, response, url) => {
    if (!url.pathname.endsWith('/log') || asked++ > 1) return false;
    response.writeHead(200, { 'kozmic-log-offset': url.searchParams.get('offset') }).end(asked === 1 ? '0123' : '');
    return true;
  };
  const follow = begin(server, ['log', '1/2/3', '--follow']);
  await follow.until('0123456789');
  server.seal();
  assert.deepEqual(await follow.ended.then(({ code, out }) => [code, out]), [0, '0123456789']);
});

test('bytes that come again are left out; bytes that are left out are told', async () => {
  server.log = { bytes: Buffer.from('0123456789'), sealed: true };
  let asked = 0;
  server.intercept = (request, response, url) => {
    if (!url.pathname.endsWith('/log')) return false;
    if (asked++ === 0) request.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\nKozmic-Log-Offset: 0\r\nKozmic-Log-Size: 10\r\n\r\n0123');
    else response.writeHead(200, { 'kozmic-log-offset': 2, 'kozmic-log-size': 10 }).end('23456789');
    return true;
  };
  assert.equal((await run(server, ['log', '1/2/3'])).out, '0123456789');
  server.intercept = (request, response, url) =>
    url.pathname.endsWith('/log') && response.writeHead(200, { 'kozmic-log-offset': 2, 'kozmic-log-size': 10 }).end('23456789');
  const { code, out, err } = await run(server, ['log', '1/2/3']);
  assert.deepEqual([code, out], [3, '']);
  assert.match(err, /the server skips bytes: it goes on at 2 instead of 0/);
});

test('a log that is not what was printed, or shorter, is told', async () => {
  const sealed = { 'kozmic-log-offset': 0, 'kozmic-log-sealed': 'true', 'kozmic-log-size': 3 };
  server.intercept = (request, response, url) =>
    url.pathname.endsWith('/log') && response.writeHead(200, { ...sealed, 'kozmic-log-sha256': 'ab'.repeat(32) }).end('abc');
  const other = await run(server, ['log', '1/2/3', '--follow']);
  assert.equal(other.code, 3);
  assert.match(other.err, /its SHA-256 is another/);
  server.intercept = (request, response, url) =>
    url.pathname.endsWith('/log') && response.writeHead(200, sealed).end('abcde');
  const longer = await run(server, ['log', '1/2/3', '--follow']);
  assert.equal(longer.code, 3);
  assert.match(longer.err, /5 bytes were printed, but the log was sealed at 3/);
});

test('a busy server is tried again, one that stays away is not for ever', async () => {
  server.log = { bytes: Buffer.from('x'), sealed: true };
  let asked = 0;
  server.intercept = (request, response, url) => url.pathname.endsWith('/log') && asked++ < 2 &&
    (server.refuse(response, 503, 'too_many_downloads', 'Too many.'), true);
  assert.equal((await run(server, ['log', '1/2/3'])).out, 'x');
  server.intercept = (request, response, url) => url.pathname.endsWith('/log') && (request.socket.destroy(), true);
  const { code, err } = await run(server, ['log', '1/2/3', '--follow'], { KOZMIC_PATIENCE: '1' });
  assert.equal(code, 3);
  assert.match(err, /cannot reach/);
});

test('refusals are told', async () => {
  server.log.expired = true;
  const { code, out, err } = await run(server, ['log', '1/2/3', '--follow']);
  assert.deepEqual([code, out], [3, '']);
  assert.match(err, /answers 410: This log is no longer kept\./);
  assert.equal((await run(server, ['log', '1/8/1'])).code, 3);
});

test('who reads only the beginning ends it quietly', async () => {
  server.log = { bytes: Buffer.alloc(20_000_000, 'line\n'), sealed: true };
  const follow = begin(server, ['log', '1/2/3']);
  await follow.until('line\n');
  follow.child.stdout.destroy();
  const [code] = await once(follow.child, 'exit');
  assert.equal(code, 141);
  assert.equal((await follow.ended).err, '');
});
