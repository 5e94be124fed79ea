import { describe, expect, it } from 'vitest';
import { Random } from '../testing/random';
import { MAX_LINE } from './line_editor';
import { LogStore } from './store';
import { byteOfUnit, incompleteAtEnd } from './utf8';

const encoder = new TextEncoder();

/** For each UTF-16 unit that a decoder makes of the bytes, where its character begins: one byte after another. */
function unitStarts(bytes: Uint8Array): number[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const starts: number[] = [];
  let pending = -1;
  bytes.forEach((byte, at) => {
    const isFirst = byte >= 0xc2 && byte <= 0xf4;
    Array.from(decoder.decode(Uint8Array.of(byte), { stream: true })).forEach((character, index) => {
      const start = index === 0 && pending >= 0 ? pending : at;
      for (let unit = 0; unit < character.length; unit++) starts.push(start);
      if (index === 0) pending = -1;
    });
    if (isFirst) pending = at;
  });
  if (decoder.decode() !== '') starts.push(pending);
  return starts;
}

const PIECES = ['plain ', 'Grüße ', '世界', '👩‍🚀', '\n', '\r\n', '\u001b[31m', '\u001b[0m', '\u0000', '\uFEFF', '\u001b]0;x', '\u001b[K', '\r'] as const;

function randomBytes(random: Random, pieces: number): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < pieces; i++) {
    const kind = random.below(7);
    if (kind === 0) out.push(...random.bytes(1 + random.below(5)));
    else if (kind === 1) out.push(0xc2 + random.below(0x33), 0x80 + random.below(0x40));
    else out.push(...encoder.encode(random.pick(PIECES)));
  }
  return Uint8Array.from(out);
}

function storeOf(random: Random, bytes: Uint8Array, longest: number): LogStore {
  const store = new LogStore();
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + random.below(longest);
    store.append(bytes.subarray(at, at + length));
    at += length;
  }
  store.finish();
  return store;
}

const offsetsOf = (store: LogStore) => Array.from({ length: store.rowCount }, (_, row) => store.offsetOf(row));

describe('UTF-8', () => {
  it.each(Array.from({ length: 100 }, (_, seed) => seed))('is cut as the browser decodes it (seed %i)', (seed) => {
    const bytes = randomBytes(new Random(seed), 40);
    const starts = unitStarts(bytes);
    expect(starts.map((_, unit) => byteOfUnit(bytes, unit))).toEqual(
      // The second unit of a pair has no byte of its own.
      starts.map((start, unit) => (unit > 0 && starts[unit - 1] === start ? byteOfUnit(bytes, unit + 1) : start)),
    );
    for (let end = 0; end <= bytes.length; end++) {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      const part = bytes.subarray(0, end);
      const whole = decoder.decode(part, { stream: true }).length;
      const complete = new TextDecoder('utf-8', { ignoreBOM: true }).decode(part.subarray(0, end - incompleteAtEnd(part)));
      expect(complete.length).toBe(whole);
    }
  });
});

describe('the offset of a row', () => {
  it.each(Array.from({ length: 100 }, (_, seed) => seed))('is that after a newline (seed %i)', (seed) => {
    const random = new Random(seed);
    const bytes = randomBytes(random, 200);
    const store = storeOf(random, bytes, random.pick([1, 3, 17, 5000]));
    const expected = [0];
    bytes.forEach((byte, at) => byte === 0x0a && expected.push(at + 1));
    expect(offsetsOf(store)).toEqual(expected.slice(0, store.rowCount));
  });

  it.each(Array.from({ length: 24 }, (_, seed) => seed))('that continues a line is that of its first character (seed %i)', (seed) => {
    const random = new Random(seed);
    const fill = random.pick(['x', 'ü', '世', '👩', '\u00ff\u2028😀a']);
    const line = fill.repeat(Math.ceil((2.5 * MAX_LINE) / fill.length));
    const bytes = Uint8Array.from([...randomBytes(random, 3).filter((byte) => byte >= 0xc2), 0x0a, ...encoder.encode(line)]);
    const store = storeOf(random, bytes, random.pick([1000, 16_384, 100_000]));
    const starts = unitStarts(bytes);
    const first = new TextDecoder().decode(bytes).indexOf('\n') + 1;
    let unit = first;
    for (let row = 1; row < store.rowCount; row++) {
      expect(store.offsetOf(row)).toBe(starts[unit]);
      unit += store.text(row).length;
    }
    expect(store.rowCount).toBeGreaterThan(3);
  });

  it('is not moved by colours between the pieces of a line, nor by a byte order mark', () => {
    const store = new LogStore();
    store.append(encoder.encode(`\uFEFF\u001b[31m${'é'.repeat(MAX_LINE)}\u001b[0m!\nx`));
    store.finish();
    expect(store.row(0).text.length).toBe(MAX_LINE);
    expect(offsetsOf(store)).toEqual([0, 3 + 5 + 2 * MAX_LINE + 4, 3 + 5 + 2 * MAX_LINE + 4 + 2]);
  });
});
