import { expect, it } from 'vitest';
import { Random } from '../testing/random';
import { type ServerSentEvent, SseParser } from './sse_parser';

const STREAM = ': hello\n\nid: 5\nevent: log\ndata: {"a":1}\n\ndata: one\ndata: two\r\n\r\nevent: empty\n\nretry: 3\ndata:tight\n\n';
const EVENTS = [
  { name: 'log', data: '{"a":1}' },
  { name: 'message', data: 'one\ntwo' },
  { name: 'message', data: 'tight' },
];

it.each([0, 1, 2, 3, 4, 5])('reads events however they are cut (seed %i)', (seed) => {
  const random = new Random(seed);
  const events: ServerSentEvent[] = [];
  const parser = new SseParser((event) => events.push(event));
  for (let at = 0; at < STREAM.length; ) {
    const length = seed === 0 ? STREAM.length : 1 + random.below(9);
    parser.feed(STREAM.slice(at, at + length));
    at += length;
  }
  expect(events).toEqual(EVENTS);
});

it('does not collect an endless event', () => {
  const parser = new SseParser(() => {});
  expect(() => {
    for (let i = 0; i < 20; i++) parser.feed('x'.repeat(1024 * 1024));
  }).toThrow(RangeError);
});
