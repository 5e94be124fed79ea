import { describe, expect, it } from 'vitest';
import { formatLogTime, LogTimes, type TimesPage } from './log_times';
import { TimesReader } from './times_reader';

describe('the times of a log', () => {
  it('hold from their mark on, up to the next one', () => {
    const times = new LogTimes();
    times.add({ marks: [10, 5_000, 10, 250, 100, 50], next_offset: 200 });
    expect([9, 10, 19, 20, 119, 120, 1_000].map((offset) => times.at(offset))).toEqual([null, 5_000, 5_000, 5_250, 5_250, 5_300, 5_300]);
    expect(times.start).toBe(5_000);
  });

  it('are added to by pages that begin before their offset', () => {
    const times = new LogTimes();
    times.add({ marks: [0, 1_000, 10, 10], next_offset: 20 });
    times.add({ marks: [10, 1_010, 10, 5], next_offset: 30 });
    times.add({ marks: [], next_offset: 30 });
    expect([0, 10, 20].map((offset) => times.at(offset))).toEqual([1_000, 1_010, 1_015]);
  });

  it.each([
    [0, '0:00.0'],
    [-500, '0:00.0'],
    [61_234, '1:01.2'],
    [3_723_990, '1:02:03.9'],
  ])('%i ms after the start are %s', (ms, expected) => {
    expect(formatLogTime(1_000_000 + ms, 1_000_000, 'relative')).toBe(expected);
  });

  it('are those of the reader’s clock', () => {
    expect(formatLogTime(new Date(2026, 10, 29, 7, 5, 9).getTime(), 0, 'clock')).toBe('07:05:09');
  });
});

describe('TimesReader', () => {
  function setUp(answer: (offset: number) => TimesPage) {
    const asked: number[] = [];
    const waits: { ms: number; run: () => void }[] = [];
    const reader = new TimesReader(
      {
        read: async (offset) => {
          asked.push(offset);
          return answer(offset);
        },
        wait: (ms, then) => {
          waits.push({ ms, run: then });
          return () => {};
        },
      },
      () => {},
    );
    const settle = async () => {
      for (let i = 0; i < 20; i++) await Promise.resolve();
    };
    return { reader, asked, waits, settle };
  }

  it('reads all pages, and again a second later at most when the log has grown', async () => {
    let size = 100;
    const { reader, asked, waits, settle } = setUp((offset) => ({ marks: [offset, 1_000 + offset], next_offset: Math.min(size, offset + 60) }));
    reader.grownTo(100);
    await settle();
    expect(asked).toEqual([0, 60]);
    size = 130;
    reader.grownTo(120);
    reader.grownTo(130);
    expect(asked).toEqual([0, 60]);
    expect(waits.map(({ ms }) => ms)).toEqual([1_000]);
    waits[0]?.run();
    await settle();
    expect(asked).toEqual([0, 60, 100]);
    waits[1]?.run();
    await settle();
    expect(asked).toEqual([0, 60, 100]);
    reader.grownTo(131);
    expect(asked).toEqual([0, 60, 100, 130]);
    expect(reader.times.at(99)).toBe(1_060);
  });

  it('asks no faster where there is no more, and ever more patiently after failures', async () => {
    let fails = true;
    const { reader, asked, waits, settle } = setUp((offset) => {
      if (fails) throw new Error('away');
      return { marks: [], next_offset: offset };
    });
    reader.grownTo(10);
    await settle();
    expect(reader.failed).toBe(true);
    waits[0]?.run();
    await settle();
    fails = false;
    waits[1]?.run();
    await settle();
    expect(reader.failed).toBe(false);
    expect(waits.map(({ ms }) => ms)).toEqual([2_000, 4_000, 1_000]);
    expect(asked).toEqual([0, 0, 0]);
  });
});
