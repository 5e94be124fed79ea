import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBatch, parseCommit, personTime } from './objects.js';

const SHA = 'a'.repeat(40);

test('a commit with signature, two parents and delimiters in its message', () => {
  const text = [
    `tree ${'1'.repeat(40)}`, `parent ${'2'.repeat(40)}`, `parent ${'3'.repeat(40)}`,
    'author Jörg <j@example.com> 1700000000 +0130', 'committer C <> 1700000001 -0800',
    'gpgsig -----BEGIN-----', ' parent not-a-parent', ' -----END-----', '',
    `Subject\n\nBody\n${SHA} commit 3\n\n`,
  ].join('\n');
  const commit = parseCommit(SHA, Buffer.from(text));
  assert.deepEqual(commit.parents, ['2'.repeat(40), '3'.repeat(40)]);
  assert.deepEqual(commit.author, { name: 'Jörg', email: 'j@example.com', at: 1700000000,
                                    zone: '+0130' });
  assert.equal(commit.committer.email, '');
  assert.equal(commit.message, `Subject\n\nBody\n${SHA} commit 3`);
});

test('times keep their zone', () => {
  const person = { name: '', email: '', at: 1700000000 };
  assert.equal(personTime({ ...person, zone: '+0130' }), '2023-11-14T23:43:20+01:30');
  assert.equal(personTime({ ...person, zone: '-0800' }), '2023-11-14T14:13:20-08:00');
  assert.equal(personTime({ ...person, zone: '+0000' }), '2023-11-14T22:13:20Z');
});

test('a batch holds objects of any content and missing ones', () => {
  const output = Buffer.from(`${SHA} blob 5\na\nb\nc\nnope missing\n${SHA} blob 0\n\n`);
  assert.deepEqual(parseBatch(output).map((object) => object?.content.toString() ?? null),
                   ['a\nb\nc', null, '']);
});
