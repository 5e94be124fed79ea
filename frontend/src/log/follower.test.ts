import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/errors';
import { Random } from '../testing/random';
import { type Reader, World } from '../testing/world';
import { type FollowerState, LogFollower, type LogListener, type LogSource } from './follower';

describe('under any schedule', () => {
  it.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'every reader gets every byte once and in order (seed %i)',
    async (seed) => {
      const random = new Random(seed);
      const full = random.bytes(random.below(2_500));
      const world = new World(random, full);
      const readers: Reader[] = [world.addReader()];

      const troubled = 200 + random.below(800);
      for (let i = 0; i < troubled; i++) {
        await world.step();
        if (random.chance(0.005) && readers.length < 4) readers.push(world.addReader());
        if (random.chance(0.003) && readers.length > 1) readers.pop()?.close();
      }

      world.makeFaithful();
      const done = () => readers.every(({ states }) => states.at(-1)?.kind === 'complete');
      for (let i = 0; i < 30_000 && !done(); i++) await world.step();

      for (const { received, states } of readers) {
        expect(states.at(-1)).toEqual({ kind: 'complete' });
        expect(Uint8Array.from(received)).toEqual(full);
      }
    },
  );
});

describe('LogFollower', () => {
  class Source implements LogSource {
    reads: number[] = [];
    answers: (() => Promise<{ size: number; sealed: boolean }>)[] = [];
    listener: LogListener | null = null;
    position = () => -1;
    waits: { ms: number; run: () => void }[] = [];
    data = new Uint8Array();

    read(offset: number, onBytes: (offset: number, bytes: Uint8Array) => void) {
      this.reads.push(offset);
      const answer = this.answers.shift();
      if (answer) return answer();
      if (this.data.length > offset) onBytes(offset, this.data.subarray(offset));
      return Promise.resolve({ size: this.data.length, sealed: false });
    }

    watch(position: () => number, listener: LogListener) {
      this.position = position;
      this.listener = listener;
      return () => {
        this.listener = null;
      };
    }

    wait(ms: number, run: () => void) {
      this.waits.push({ ms, run });
      return () => {};
    }
  }

  const settle = async () => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };

  function start(source: Source) {
    const received: number[] = [];
    const states: FollowerState[] = [];
    const follower = new LogFollower(source, (bytes) => received.push(...bytes), (state) => states.push(state));
    follower.start();
    return { follower, received, states };
  }

  it('goes live at the offset that the stored bytes reach', async () => {
    const source = new Source();
    source.data = Uint8Array.of(1, 2, 3);
    const { received, states } = start(source);
    await settle();
    expect(source.position()).toBe(3);
    source.listener?.chunk(2, Uint8Array.of(3, 4, 5));
    expect(received).toEqual([1, 2, 3, 4, 5]);
    expect(states.at(-1)).toEqual({ kind: 'live' });
  });

  it('fills a gap from the stored bytes', async () => {
    const source = new Source();
    const { received } = start(source);
    await settle();
    source.data = Uint8Array.of(1, 2, 3, 4);
    source.listener?.chunk(3, Uint8Array.of(4));
    await settle();
    expect(source.reads).toEqual([0, 0]);
    expect(received).toEqual([1, 2, 3, 4]);
  });

  it('asks for a gap that stays ever more patiently', async () => {
    const source = new Source();
    start(source);
    await settle();
    for (let i = 0; i < 4; i++) {
      source.listener?.chunk(5, Uint8Array.of(1));
      await settle();
      source.waits.at(-1)?.run();
      await settle();
    }
    expect(source.waits.map(({ ms }) => ms)).toEqual([500, 1000, 2000]);
  });

  it('is complete only with all the bytes that the end announces', async () => {
    const source = new Source();
    const { states } = start(source);
    await settle();
    source.data = Uint8Array.of(1, 2);
    source.answers = [];
    source.listener?.end(2);
    await settle();
    expect(states.at(-1)).toEqual({ kind: 'live' });
    source.listener?.end(2);
    expect(states.at(-1)).toEqual({ kind: 'complete' });
    expect(source.listener).toBeNull();
  });

  it('says so when there are more bytes than the log has', async () => {
    const source = new Source();
    source.data = Uint8Array.of(1, 2);
    const { states } = start(source);
    await settle();
    source.listener?.end(1);
    expect(states.at(-1)?.kind).toBe('failed');
  });

  it('tries again after an error, but not without a session', async () => {
    const source = new Source();
    source.answers = [
      () => Promise.reject(new ApiError(503, 'unavailable', 'Busy.')),
      () => Promise.reject(new ApiError(401, 'signed_out', 'Sign in first.')),
    ];
    const { states } = start(source);
    await settle();
    expect(states.at(-1)).toEqual({ kind: 'retrying', message: 'Busy.' });
    source.waits.at(-1)?.run();
    await settle();
    expect(states.at(-1)?.kind).toBe('failed');
    expect(source.waits).toHaveLength(1);
  });

  it('tells nobody anything after it was stopped', async () => {
    const source = new Source();
    source.data = Uint8Array.of(1);
    const { follower, received, states } = start(source);
    follower.stop();
    await settle();
    expect(received).toEqual([1]);
    expect(states).toEqual([{ kind: 'loading' }]);
  });
});
