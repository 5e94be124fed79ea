// The parts that need no server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberOf, parse } from './arguments.mjs';
import { clean, cleanJson, firstLine } from './clean.mjs';
import { fit, table, widthOf, wrap } from './columns.mjs';
import { EventReader } from './events.mjs';
import { buildAt, buildOrJobAt, jobAt, projectAt } from './places.mjs';
import { ago, duration, painter, statusNamed } from './show.mjs';

const S = { KOZMIC_URL: 'https://ci.example.com/' };
const server = 'https://ci.example.com';

test('options stand anywhere, with their values behind them or an equals sign', () => {
  const known = { branch: true, json: false };
  assert.deepEqual(parse(['a', '--branch', 'b', '--json', 'c'], known), { options: { branch: 'b', json: true }, rest: ['a', 'c'] });
  assert.deepEqual(parse(['--branch=--x=y', '--', '--json'], known), { options: { branch: '--x=y' }, rest: ['--json'] });
  for (const wrong of [['--no'], ['-j'], ['--branch'], ['--branch='], ['--branch', '--json'], ['--json=1'], ['--json', '--json'], ['--toString']]) {
    assert.throws(() => parse(wrong, known), { exit: 2 }, wrong.join(' '));
  }
  assert.equal(numberOf({ limit: '5' }, 'limit', 1, 10), 5);
  for (const wrong of ['0', '11', '-1', '1.5', 'x', '']) assert.throws(() => numberOf({ limit: wrong }, 'limit', 1, 10), { exit: 2 });
});

test('what is named by the address of a page', () => {
  assert.deepEqual(jobAt('https://ci.example.com/projects/1/builds/2/jobs/3/', {}), { server, project: 1, build: 2, job: 3 });
  assert.deepEqual(jobAt('https://ci.example.com/projects/1/builds/2/jobs/3?attempt=4#L5', {}), { server, project: 1, build: 2, job: 3, attempt: 4 });
  assert.deepEqual(buildAt('https://ci.example.com/projects/1/builds/2', {}), { server, project: 1, build: 2, job: undefined });
  assert.equal(buildOrJobAt('https://ci.example.com/projects/1/builds/2/jobs/3/compare/?attempt=1', {}).job, 3);
  assert.equal(projectAt('https://ci.example.com/projects/1/settings/', {}).project, 1);
  assert.equal(projectAt('https://ci.example.com/projects/1/builds/2/', {}).project, 1);
});

test('what is named by numbers, and projects by their repositories', () => {
  assert.deepEqual(jobAt('1/2/3', S), { server, project: 1, build: 2, job: 3 });
  assert.deepEqual(projectAt('1', S), { server, project: 1, repository: undefined });
  assert.deepEqual(projectAt('octo/hello', S), { server, project: undefined, repository: 'octo/hello' });
  assert.equal(projectAt('1/2', S).repository, '1/2');
});

test('what names nothing is wrong usage', () => {
  for (const wrong of ['', 'x', '0/1', '1/2/3/4', 'octo/hello', '1', '1/2/3', 'https://ci.example.com/', 'ftp://ci.example.com/projects/1/builds/2/',
    'https://u:p@ci.example.com/projects/1/builds/2/', 'https://ci.example.com/projects/1/', 'https://ci.example.com/projects/1/builds/2/jobs/3/',
    'https://other.example.com/projects/1/builds/2/']) {
    assert.throws(() => buildAt(wrong, S), { exit: 2 }, wrong);
  }
  assert.throws(() => buildAt('1/2', {}), /set KOZMIC_URL/);
  assert.throws(() => buildAt('1/2', { KOZMIC_URL: 'ci.example.com' }), /KOZMIC_URL is no address/);
  assert.throws(() => buildAt('1/2', { KOZMIC_URL: 'https://ci.example.com/kozmic/' }), /address alone/);
});

test('a terminal gets nothing that it would obey', () => {
  assert.equal(clean('a\u001b[31mb\u0007\u009bc\u202e\nd\te'), 'a\ufffd[31mb\ufffd\ufffdc\ufffd d e');
  assert.equal(firstLine('\n One\u001b \nTwo'), 'One\ufffd');
  const value = { a: '\u001b]0;x\u0007\u009b\u202e\u007f' };
  assert.match(cleanJson(value), /^[\u0020-\u007e]+$/);
  assert.deepEqual(JSON.parse(cleanJson(value)), value);
});

test('columns know how wide letters are', () => {
  assert.equal(widthOf('世界 é e\u0301'), 8);
  assert.equal(fit('世界世界', 6), '世界…');
  assert.equal(fit('short', 5), 'short');
  assert.deepEqual(wrap('one two', 2), ['  one two']);
  assert.ok(wrap('word '.repeat(40).trim(), 10).every((line) => line.length <= 80));
  const lines = table([{ title: 'a', most: 5 }, { title: 'b', most: 80 }], [['1234567', 'x'.repeat(200)]]);
  assert.equal(lines[0], 'a      b');
  assert.equal(lines[1], `1234…  ${'x'.repeat(72)}…`);
});

test('times, statuses and colours', () => {
  assert.deepEqual([0, 59_400, 61_000, 3_725_000, -5].map(duration), ['0 s', '59 s', '1 m 01 s', '1 h 02 m', '0 s']);
  const time = '2026-01-01T00:00:00.000Z';
  const after = (seconds) => ago(time, Date.parse(time) + seconds * 1000);
  assert.deepEqual([5, 180, 7300, 90_000, 9_000_000].map(after), ['5 s ago', '3 min ago', '2 h ago', '1 d ago', '2026-01-01']);
  assert.deepEqual(['passed', 'success', 'queued', 'x'].map(statusNamed), ['success', 'success', 'enqueued', undefined]);
  assert.equal(painter({ isTTY: true }, {})('x', 'success'), '\u001b[32mx\u001b[0m');
  for (const [tty, environment] of [[false, {}], [true, { NO_COLOR: '1' }], [true, { TERM: 'dumb' }]]) {
    assert.equal(painter({ isTTY: tty }, environment)('x', 'success'), 'x');
  }
});

test('events are read however they are cut', () => {
  const text = ': hello\n\nid: 1\nevent: project\ndata: "ü"\r\ndata: 2\r\n\r\nevent: none\n\ndata:x\r\rdata: lost';
  const bytes = Buffer.from(text);
  const wanted = [{ type: 'project', data: '"ü"\n2' }, { type: 'message', data: 'x' }];
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new EventReader();
    const found = [];
    for (let i = 0; i < bytes.length; i += size) found.push(...reader.take(bytes.subarray(i, i + size)));
    assert.deepEqual(found, wanted, `pieces of ${size}`);
  }
});
