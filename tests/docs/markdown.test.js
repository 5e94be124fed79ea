import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anchorsOf, headingsOf, linksOf, slugOf, withoutCode } from './markdown.js';

const targets = (text) => linksOf(text).map(({ target }) => target);

test('links are found wherever they may stand', () => {
  assert.deepEqual(targets('[a](a.md), [b](b.md#c "with a title") and ![p](p.png)'), ['a.md', 'b.md#c', 'p.png']);
  assert.deepEqual(targets('[a text\nof two lines](a.md)'), ['a.md']);
  assert.deepEqual(targets('[![a badge](badge.svg)](page.md)'), ['badge.svg', 'page.md']);
  assert.deepEqual(targets('[`code`](code.md)'), ['code.md']);
  assert.deepEqual(targets('[wiki](https://example.com/a_(b))'), ['https://example.com/a_(b)']);
  assert.deepEqual(targets('[blanks](<a b.md>)'), ['a b.md']);
  assert.deepEqual(targets('See [it][1].\n\n[1]: it.md\n'), ['it.md']);
  assert.deepEqual(targets('<img alt="x" src="x.png"> <a href="#y">y</a>'), ['x.png', '#y']);
  assert.deepEqual(targets('| a | b |\n|---|---|\n| x | [c](c.md), [d](d.md) |'), ['c.md', 'd.md']);
});

test('a link has the line that it ends in', () => {
  assert.deepEqual(linksOf('# A\n\n[one](1.md)\ntext\n[two\nlines](2.md)\n'), [
    { target: '1.md', line: 3 },
    { target: '2.md', line: 6 },
  ]);
});

test('what is code is no link', () => {
  assert.deepEqual(targets('`[a](a.md)` and ``[b](b.md) ` ``'), []);
  assert.deepEqual(targets('```sh\n[a](a.md)\n```\n[b](b.md)'), ['b.md']);
  assert.deepEqual(targets('~~~\n```\n[a](a.md)\n~~~\n[b](b.md)'), ['b.md']);
  assert.deepEqual(targets('text\n\n    [a](a.md)\n\n    [b](b.md)\n\n[c](c.md)'), ['c.md']);
  assert.deepEqual(targets('   ```\n   [a](a.md)\n   ```\n'), []);
});

test('in a list, what is indented as far as its item is no code', () => {
  assert.deepEqual(targets('1. one\n\n   [a](a.md)\n\n       [code](no.md)\n\n   [b](b.md)'), ['a.md', 'b.md']);
  assert.deepEqual(targets('- one\n\n  ```\n  [no](no.md)\n  ```\n- [two](two.md)'), ['two.md']);
  assert.deepEqual(targets('- one\n    [goes on](on.md)'), ['on.md']);
  assert.deepEqual(targets('- one\n\ntext\n\n    [code](no.md)'), []);
});

test('a lone backtick hides nothing of the next paragraph', () => {
  assert.deepEqual(targets('a ` b\n\n[a](a.md) ` c'), ['a.md']);
});

test('without its code a page has the same lines', () => {
  const page = 'a `b\nc` d\n```\ne\n```\n';
  assert.equal(withoutCode(page).split('\n').length, page.split('\n').length);
});

test('headings are told from what looks like them', () => {
  assert.deepEqual(headingsOf('# A\n\n```\n# no\n```\n\n## B `c` ##\n#no\n\n    # no\n'), ['A', 'B `c`']);
  assert.deepEqual(headingsOf('Title\n=====\n\nSub\n---\n\n---\n\n- item\n---\n'), ['Title', 'Sub']);
});

test("anchors follow GitHub's rules", () => {
  for (const [heading, slug] of [
    ['To try it', 'to-try-it'],
    ['What `.env` may have', 'what-env-may-have'],
    ['1. Images', '1-images'],
    ['A & B', 'a--b'],
    ["GitHub's webhook, and what came of it?", 'githubs-webhook-and-what-came-of-it'],
    ['`job_profile` and x-y', 'job_profile-and-x-y'],
    ['The [link](a.md) in it', 'the-link-in-it'],
    ['**Bold** _and_ more', 'bold-and-more'],
    ['Größe – wie groß', 'größe--wie-groß'],
  ]) assert.equal(slugOf(heading), slug);
});

test('equal headings are numbered, and HTML names places as well', () => {
  const page = '# A\n## A\n## A 1\n## A\n<a id="here"></a>\n`<a id="code"></a>`';
  assert.deepEqual([...anchorsOf(page)], ['a', 'a-1', 'a-1-1', 'a-2', 'here']);
});
