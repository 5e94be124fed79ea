import { describe, expect, it } from 'vitest';
import { Random } from '../testing/random';
import { LogStore } from './store';

const files = import.meta.glob<string>('./corpus/*.{log,txt}', { query: '?url&inline', import: 'default', eager: true });

function bytesOf(name: string): Uint8Array {
  const address = files[`./corpus/${name}`] ?? '';
  return Uint8Array.from(atob(address.slice(address.indexOf(',') + 1)), (character) => character.charCodeAt(0));
}

const NAMES = Object.keys(files).flatMap((path) => /([^/]+)\.log$/.exec(path)?.[1] ?? []);

function storeOf(bytes: Uint8Array, nextLength: () => number): LogStore {
  const store = new LogStore();
  for (let at = 0; at < bytes.length; ) {
    const length = nextLength();
    store.append(bytes.subarray(at, at + length));
    at += length;
  }
  store.finish();
  return store;
}

const rowsOf = (store: LogStore) => Array.from({ length: store.rowCount }, (_, row) => store.text(row));

describe('the corpus', () => {
  it('is there', () => expect(NAMES.length).toBeGreaterThan(10));

  it.each(NAMES)('%s says what it should', (name) => {
    const rows = rowsOf(storeOf(bytesOf(`${name}.log`), () => 65_536));
    expect(rows.map((row) => `${row}\n`).join('')).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(`${name}.txt`)));
  });
});

/** Some bytes changed, put in, taken out or said twice. */
function mutate(random: Random, bytes: Uint8Array): Uint8Array {
  const out = Array.from(bytes);
  const times = 1 + random.below(12);
  for (let i = 0; i < times; i++) {
    const at = random.below(out.length + 1);
    const length = 1 + random.below(8);
    const kind = random.below(5);
    if (kind === 0) out[at] = random.below(256);
    else if (kind === 1) out.splice(at, 0, ...random.bytes(length));
    else if (kind === 2) out.splice(at, length);
    else if (kind === 3) out.splice(at, 0, ...out.slice(at, at + length));
    else out.splice(at, 0, random.pick([0x1b, 0x0a, 0x0d, 0x08, 0x5b, 0x9b, 0xc2, 0xe2, 0xf0]));
  }
  return Uint8Array.from(out);
}

/** All of Unicode's controls but tab. */
const CONTROL = /[^\P{Cc}\t]/u;

describe('whatever the bytes', () => {
  // The long lines are tried by themselves: the reader is not, in a test, as fast as a log comes.
  const short = NAMES.map((name) => bytesOf(`${name}.log`)).filter((bytes) => bytes.length < 10_000) as [Uint8Array];

  it.each(Array.from({ length: 300 }, (_, seed) => seed))('rows are the same however they are cut, and hold no controls (seed %i)', (seed) => {
    const random = new Random(seed);
    let bytes = mutate(random, random.pick(short));
    if (random.chance(0.3)) bytes = Uint8Array.from([...bytes, ...mutate(random, random.pick(short))]);
    const whole = storeOf(bytes, () => bytes.length);
    const longest = random.pick([1, 2, 7, 300]);
    const cut = storeOf(bytes, () => 1 + random.below(longest));
    expect(rowsOf(cut)).toEqual(rowsOf(whole));
    for (let row = 0; row < whole.rowCount; row++) {
      expect(whole.text(row)).not.toMatch(CONTROL);
      expect(cut.row(row).runs.length).toBe(whole.row(row).runs.length);
      expect(cut.offsetOf(row)).toBe(whole.offsetOf(row));
    }
  });
});
