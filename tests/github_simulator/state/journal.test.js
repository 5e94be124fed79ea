import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Journal } from './journal.js';

let folder;
let file;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'journal-'));
  file = path.join(folder, 'journal.jsonl');
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function open() {
  const events = [];
  const journal = new Journal(file, { now: () => 5 }, (event) => events.push(event));
  return { journal, events };
}

test('what was appended is there again after reopening', async () => {
  const first = open();
  first.journal.append('a', { x: 1 });
  await first.journal.commit('b', { text: 'line\nbreak' });
  const second = open();
  assert.deepEqual(second.events, first.events);
  assert.deepEqual(second.events[1], { seq: 2, at: 5, type: 'b', text: 'line\nbreak' });
  assert.equal(second.journal.append('c', {}).seq, 3);
});

test('a torn last line is cut off, and writing goes on behind the intact part', async () => {
  await open().journal.commit('a', {});
  fs.appendFileSync(file, '{"seq":2,"at":5,"ty');
  const second = open();
  assert.equal(second.events.length, 1);
  await second.journal.commit('b', {});
  assert.deepEqual(open().events.map(({ type }) => type), ['a', 'b']);
});

test('damage before the end stops the start', async () => {
  const { journal } = open();
  await journal.commit('a', {});
  await journal.commit('b', {});
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  fs.writeFileSync(file, `{"broken\n${lines[1]}\n`);
  assert.throws(open, /byte 0 is damaged/);
  fs.writeFileSync(file, `${lines[1]}\n`);
  assert.throws(open, /event 2 .* follows event 0/);
});

test('a transaction is written in one piece', () => {
  const { journal } = open();
  journal.transaction(() => {
    journal.append('a', {});
    assert.equal(fs.statSync(file).size, 0);
    journal.append('b', {});
  });
  assert.deepEqual(open().events.map(({ type }) => type), ['a', 'b']);
});

test('many flushes at once all come back', async () => {
  const { journal } = open();
  await Promise.all(Array.from({ length: 100 }, (_, i) => journal.commit('a', { i })));
  assert.equal(open().events.length, 100);
});
