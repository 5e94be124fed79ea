import { describe, expect, it } from 'vitest';
import { Random } from '../testing/random';
import { MAX_LINE } from './line_editor';
import { type Segment, segmentsOf } from './segments';
import { LogStore } from './store';
import { Flag, paletteColour, rgbColour, type Style } from './style';

const encoder = new TextEncoder();
const ESC = '\u001b';

function logOf(...parts: (string | Uint8Array)[]): LogStore {
  const store = new LogStore();
  for (const part of parts) store.append(typeof part === 'string' ? encoder.encode(part) : part);
  return store;
}

function texts(store: LogStore): string[] {
  return Array.from({ length: store.rowCount }, (_, row) => store.row(row).text);
}

function segments(store: LogStore, row: number): Segment[] {
  return segmentsOf(store.row(row), (style) => store.styles.get(style).link);
}

/** The style of the first segment whose text is `text`. */
function styleOf(store: LogStore, text: string, row = 0) {
  const segment = segments(store, row).find((candidate) => candidate.text === text);
  expect(segment, `no segment "${text}"`).toBeDefined();
  return store.styles.get(segment?.style ?? -1);
}

/** Everything that can be seen of a log. */
function picture(store: LogStore): unknown {
  return Array.from({ length: store.rowCount }, (_, row) => ({
    line: store.lineOfRow(row),
    continued: store.isContinuation(row),
    segments: segments(store, row).map(({ text, style, link }) => ({ ...store.styles.get(style), text, link })),
  }));
}

describe('lines', () => {
  it('end at a newline, with or without a carriage return', () => {
    expect(texts(logOf('one\ntwo\r\nthree\n'))).toEqual(['one', 'two', 'three']);
  });

  it('are shown before they end (bad input 55)', () => {
    const store = logOf('one\ntw');
    expect(texts(store)).toEqual(['one', 'tw']);
    expect(store.finishedRows).toBe(1);
  });

  it('may be empty', () => {
    expect(texts(logOf('\n\nx\n'))).toEqual(['', '', 'x']);
  });

  it('that never end are cut into rows of 64 KB with one line number (bad input 54)', () => {
    const store = logOf(`${'x'.repeat(2 * MAX_LINE + 5)}\nnext\n`);
    expect(store.rowCount).toBe(4);
    expect([0, 1, 2, 3].map((row) => store.text(row).length)).toEqual([MAX_LINE, MAX_LINE, 5, 4]);
    expect([0, 1, 2, 3].map((row) => store.lineOfRow(row))).toEqual([1, 1, 1, 2]);
    expect([0, 1, 2, 3].map((row) => store.isContinuation(row))).toEqual([false, true, true, false]);
    expect(store.rowOfLine(2)).toBe(3);
  });

  it('are never cut inside a character', () => {
    const store = logOf(`${'x'.repeat(MAX_LINE - 1)}\u{1f600}y`);
    expect(texts(store)).toEqual(['x'.repeat(MAX_LINE - 1), '\u{1f600}y']);
  });
});

describe('bytes', () => {
  it('that are not UTF-8 become U+FFFD (bad input 48)', () => {
    expect(texts(logOf(Uint8Array.of(0x61, 0xff, 0x62, 0xc3, 0x28)))).toEqual(['a\uFFFDb\uFFFD(']);
  });

  it('of a character that is cut off at the end become visible when the log ends', () => {
    const store = logOf(Uint8Array.of(0x61, 0xe4, 0xb8));
    expect(texts(store)).toEqual(['a']);
    store.finish();
    expect(texts(store)).toEqual(['a\uFFFD']);
  });

  it('that are controls are shown as U+FFFD or dropped, never passed on', () => {
    expect(texts(logOf('a\u0000b\u0085c\u0007d\u007fe\tf'))).toEqual(['a\uFFFDb\uFFFDcde\tf']);
  });

  it('of markup stay text (bad input 49)', () => {
    expect(texts(logOf('<script>alert(1)</script>&amp;'))).toEqual(['<script>alert(1)</script>&amp;']);
  });
});

describe('overwriting', () => {
  it.each([
    ['a carriage return', 'hello\rJ', 'Jello'],
    ['the last of many updates', '10%\r20%\r100%', '100%'],
    ['erasing to the end', `hello\r${ESC}[Khi`, 'hi'],
    ['erasing from the cursor on', `hello\rhe${ESC}[K`, 'he'],
    ['erasing up to the cursor', `hello\r${ESC}[1K`, ' ello'],
    ['erasing the line, cursor kept', `abc${ESC}[2Kd`, '   d'],
    ['an absolute column', `hello${ESC}[2GE`, 'hEllo'],
    ['a column beyond the end', `ab${ESC}[5Gc`, 'ab  c'],
    ['backspace', 'abc\b\bX', 'aXc'],
    ['moving left and right', `abcd${ESC}[3DX${ESC}[1CY`, 'aXcY'],
    ['characters outside the basic plane', '\u{1f600}b\rx', 'xb'],
  ])('%s', (_name, input, expected) => {
    expect(texts(logOf(`${input}\n`))).toEqual([expected]);
  });

  it('keeps the styles of what is left', () => {
    const store = logOf(`${ESC}[31mred${ESC}[0m plain\r${ESC}[32mgr`);
    expect(texts(store)).toEqual(['grd plain']);
    expect(styleOf(store, 'gr').fg).toBe(paletteColour(2));
    expect(styleOf(store, 'd').fg).toBe(paletteColour(1));
    expect(styleOf(store, ' plain').fg).toBe(0);
  });

  it('a million times ends quickly with the last state (bad input 53)', () => {
    const store = logOf(`${'y'.repeat(60_000)}${'\rx'.repeat(1_000_000)}\n`);
    expect(store.row(0).text.slice(0, 2)).toBe('xy');
  }, 20_000);
});

describe('styles', () => {
  it.each([
    ['31', { fg: paletteColour(1) }],
    ['97', { fg: paletteColour(15) }],
    ['44', { bg: paletteColour(4) }],
    ['105', { bg: paletteColour(13) }],
    ['38;5;208', { fg: paletteColour(208) }],
    ['48;5;17', { bg: paletteColour(17) }],
    ['38;2;1;2;3', { fg: rgbColour(1, 2, 3) }],
    ['38:2:1:2:3', { fg: rgbColour(1, 2, 3) }],
    ['38:2::1:2:3', { fg: rgbColour(1, 2, 3) }],
    ['48:5:99', { bg: paletteColour(99) }],
    ['58;5;9;31', { fg: paletteColour(1) }],
    ['58:2::1:2:3;31', { fg: paletteColour(1) }],
    ['1;2;3;4;7;9', { flags: 63 }],
    ['4:3', { flags: Flag.underline }],
    ['1;4;22', { flags: Flag.underline }],
    ['31;1;0;32', { fg: paletteColour(2), flags: 0 }],
    ['31;39', { fg: 0 }],
    ['999;5;31', { fg: paletteColour(1) }],
  ] as [string, Partial<Style>][])('ESC[%sm', (parameters, expected) => {
    expect(styleOf(logOf(`-${ESC}[${parameters}mX`), expected.fg === 0 ? '-X' : 'X')).toMatchObject(expected);
  });

  it('go on after the end of a line', () => {
    const store = logOf(`${ESC}[31mred\nstill`);
    expect(styleOf(store, 'still', 1).fg).toBe(paletteColour(1));
  });

  it('are dropped when they are no style of ours', () => {
    expect(texts(logOf(`a${ESC}[?25lb${ESC}[2Jc${ESC}[10;10Hd${ESC}(Be${ESC}=f${ESC}[>4;2mg${ESC}[1 qh`))).toEqual(['abcdefgh']);
  });
});

describe('hyperlinks', () => {
  it('of OSC 8 lead to web addresses (bad input 50)', () => {
    const store = logOf(`${ESC}]8;id=1;https://example.com/x${ESC}\\text${ESC}]8;;\u0007 more`);
    expect(segments(store, 0)).toMatchObject([
      { text: 'text', link: 'https://example.com/x' },
      { text: ' more', link: '' },
    ]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '//host/', 'https://', `https://x/${'a'.repeat(3000)}`])(
    'to %s are only text',
    (address) => {
      const store = logOf(`${ESC}]8;;${address}${ESC}\\text`);
      expect(segments(store, 0)).toMatchObject([{ text: 'text', link: '' }]);
    },
  );

  it('end with their line', () => {
    const store = logOf(`${ESC}]8;;https://example.com/${ESC}\\text\nnext`);
    expect(segments(store, 1)).toMatchObject([{ text: 'next', link: '' }]);
  });

  it('are made of plain addresses, without the punctuation around them', () => {
    const store = logOf('see (https://example.com/a?b=c), or javascript:x.');
    expect(segments(store, 0)).toMatchObject([
      { text: 'see (', link: '' },
      { text: 'https://example.com/a?b=c', link: 'https://example.com/a?b=c' },
      { text: '), or javascript:x.', link: '' },
    ]);
  });
});

describe('sequences that do not end', () => {
  it('are given up at the end of the line', () => {
    expect(texts(logOf(`a${ESC}]52;c;AAAA\nb${ESC}[31\nc`))).toEqual(['a', 'b', 'c']);
  });

  it('are given up after 4 KB (bad input 51)', () => {
    const [text = ''] = texts(logOf(`${ESC}P${'z'.repeat(10_000)}`));
    expect(text.length).toBeGreaterThan(5_000);
    expect(text.length).toBeLessThan(6_000);
  });

  it('are cancelled by another one', () => {
    expect(styleOf(logOf(`${ESC}]0;title${ESC}[31mX`), 'X').fg).toBe(paletteColour(1));
  });

  it('never swallow what follows a finished one', () => {
    expect(texts(logOf(`${ESC}]52;c;YWJj\u0007a${ESC}Pq#0${ESC}\\b${ESC}_x${ESC}\\c`))).toEqual(['abc']);
  });
});

describe('cutting the bytes into chunks (bad input 52)', () => {
  const PIECES = [
    'plain text ', 'Grüße 世界 ', '👩‍🚀🎉', '\n', '\r\n', '\r', '\t', '\b', `${ESC}[1;31m`, `${ESC}[0m`, `${ESC}[38;5;208m`,
    `${ESC}[38:2::10:20:30m`, `${ESC}[K`, `${ESC}[2K`, `${ESC}[5G`, `${ESC}[3D`, `${ESC}]8;;https://example.com/${ESC}\\`,
    `${ESC}]8;;\u0007`, `${ESC}]8;;javascript:x${ESC}\\`, `${ESC}Pdevice${ESC}\\`, `${ESC}[?25l`, `${ESC}(B`, ESC, '\u0000',
    'https://example.com/path ', '\u009b', `${ESC}]0;unfinished`, 'x'.repeat(70_000), `${ESC}[${'1;'.repeat(200)}m`,
  ] as const;

  function randomLog(random: Random): Uint8Array {
    const parts: number[] = [];
    const count = 5 + random.below(60);
    for (let i = 0; i < count; i++) {
      if (random.chance(0.1)) parts.push(...random.bytes(1 + random.below(6)));
      else {
        const piece = PIECES[random.below(PIECES.length)] ?? '';
        if (piece.length > 1000 && !random.chance(0.1)) continue;
        for (const byte of encoder.encode(piece)) parts.push(byte);
      }
    }
    return Uint8Array.from(parts);
  }

  it.each(Array.from({ length: 150 }, (_, seed) => seed))('changes nothing (seed %i)', (seed) => {
    const random = new Random(seed);
    const bytes = randomLog(random);
    const whole = logOf(bytes);
    whole.finish();
    const split = new LogStore();
    const longest = random.pick([1, 3, 17, 5000]);
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + random.below(longest);
      split.append(bytes.subarray(at, at + length));
      at += length;
    }
    split.finish();
    expect(split.size).toBe(bytes.length);
    expect(picture(split)).toEqual(picture(whole));
  });
});
