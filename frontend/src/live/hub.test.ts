import { beforeEach, describe, expect, it } from 'vitest';
import type { StreamListener } from './event_stream';
import { Hub } from './hub';
import { type FromHub, SILENT_TAB_MS, type ToHub, type Watch } from './protocol';

interface Stream extends StreamListener {
  url: string;
  open: boolean;
}

let streams: Stream[];
let timers: { at: number; run: () => void }[];
let now: number;
let hub: Hub;

/** Lets time pass; what is due happens in order. */
function pass(ms: number): void {
  const end = now + ms;
  for (;;) {
    const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
    if (!due) break;
    timers = timers.filter((timer) => timer !== due);
    now = due.at;
    due.run();
  }
  now = end;
}

const openStreams = () => streams.filter(({ open }) => open);
const lastStream = () => streams.at(-1) as Stream;

function tab() {
  const messages: FromHub[] = [];
  const post = hub.attach((message) => messages.push(message));
  const watch = (watched: Partial<Watch>) =>
    post({ type: 'watch', watch: { projects: [], logs: [], ...watched } });
  return { messages, post: (message: ToHub) => post(message), watch };
}

beforeEach(() => {
  streams = [];
  timers = [];
  now = 0;
  hub = new Hub({
    connect(url, listener) {
      const stream = { url, open: true, ...listener };
      streams.push(stream);
      return () => {
        stream.open = false;
      };
    },
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    random: () => 0.5,
  });
});

const chunk = (log: string, offset: number, text: string) => ({
  name: 'log',
  data: JSON.stringify({ log, offset, bytes: btoa(text) }),
});

describe('Hub', () => {
  it('holds one stream for all tabs, with all that they watch', () => {
    tab().watch({ projects: [2] });
    tab().watch({ projects: [1, 2], logs: [{ log: '1/2/3/1', offset: 7, token: 1 }] });
    pass(100);
    expect(openStreams().map(({ url }) => url)).toEqual([
      '/api/v1/stream?project=2&project=1&log=1/2/3/1@7',
    ]);
  });

  it('asks for no more than a stream may carry, for what matters most first', () => {
    tab().watch({ projects: Array.from({ length: 60 }, (_, i) => 100 + i) });
    tab().watch({ projects: [7], logs: [{ log: '7/1/1/1', offset: 0, token: 1 }] });
    pass(100);
    const query = new URL(lastStream().url, 'http://host').searchParams;
    expect([...query]).toHaveLength(40);
    expect(query.getAll('project')[0]).toBe('7');
    expect(query.get('log')).toBe('7/1/1/1@0');
  });

  it('holds none for nobody', () => {
    const one = tab();
    one.watch({ projects: [1] });
    pass(100);
    one.post({ type: 'bye' });
    pass(100);
    expect(openStreams()).toEqual([]);
  });

  it('goes on at the offset reached after the stream broke', () => {
    const one = tab();
    one.watch({ logs: [{ log: '1/1/1/1', offset: 0, token: 1 }] });
    pass(100);
    lastStream().opened();
    lastStream().event(chunk('1/1/1/1', 0, 'hello'));
    lastStream().closed(null);
    pass(10_000);
    expect(lastStream().url).toContain('log=1/1/1/1@5');
  });

  it('goes back for a reader who needs earlier bytes, not for one who does not', () => {
    tab().watch({ logs: [{ log: '1/1/1/1', offset: 0, token: 1 }] });
    pass(100);
    lastStream().opened();
    lastStream().event(chunk('1/1/1/1', 0, 'hello'));
    const two = tab();
    two.watch({ logs: [{ log: '1/1/1/1', offset: 3, token: 1 }] });
    pass(100);
    expect(lastStream().url).toContain('@3');
    const count = streams.length;
    two.watch({ logs: [{ log: '1/1/1/1', offset: 3, token: 1 }] });
    pass(100);
    expect(streams.length).toBe(count);
  });

  it('asks for a log that fell behind only when its reader says from where', () => {
    const one = tab();
    one.watch({ logs: [{ log: '1/1/1/1', offset: 0, token: 1 }] });
    pass(100);
    lastStream().opened();
    lastStream().event({ name: 'log_behind', data: '{"log":"1/1/1/1","offset":0}' });
    expect(one.messages.at(-1)).toEqual({ type: 'behind', log: '1/1/1/1' });
    one.watch({ logs: [{ log: '1/1/1/1', offset: 0, token: 1 }] });
    pass(100);
    expect(streams.length).toBe(1);
    one.watch({ logs: [{ log: '1/1/1/1', offset: 50, token: 2 }] });
    pass(100);
    expect(lastStream().url).toContain('@50');
  });

  it('reopens for a tab that joins, so that it gets a snapshot', () => {
    tab().watch({ projects: [1] });
    pass(100);
    tab().watch({ projects: [1] });
    pass(100);
    expect(streams.length).toBe(2);
    expect(openStreams().length).toBe(1);
  });

  it('retries ever more slowly, at first within a second', () => {
    tab().watch({ projects: [1] });
    pass(100);
    lastStream().closed(null);
    pass(1_000);
    expect(streams.length).toBe(2);
    for (let i = 0; i < 6; i++) {
      lastStream().closed(503);
      pass(5_000);
    }
    const count = streams.length;
    lastStream().closed(503);
    pass(4_900);
    expect(streams.length).toBe(count);
    pass(200);
    expect(streams.length).toBe(count + 1);
    hub.retryNow();
    expect(openStreams().length).toBeLessThan(2);
  });

  it('notices a stream that has fallen silent', () => {
    tab().watch({ projects: [1] });
    pass(100);
    lastStream().opened();
    pass(30_000);
    lastStream().alive();
    pass(30_000);
    expect(streams.length).toBe(1);
    pass(15_000);
    expect(streams.length).toBe(2);
  });

  it('counts an outage once the stream is back', () => {
    const one = tab();
    one.watch({ projects: [1] });
    pass(100);
    lastStream().opened();
    lastStream().closed(null);
    expect(one.messages.at(-1)).toMatchObject({ state: 'retrying', outages: 0 });
    pass(1_000);
    lastStream().opened();
    expect(one.messages.at(-1)).toMatchObject({ state: 'live', outages: 1 });
  });

  it('does not insist when nobody is signed in', () => {
    const one = tab();
    one.watch({ projects: [1] });
    pass(100);
    lastStream().closed(401);
    expect(one.messages.at(-1)).toEqual({ type: 'signed_out' });
    pass(60_000);
    expect(streams.length).toBe(1);
  });

  it('forgets tabs that have gone silently', () => {
    tab().watch({ projects: [1] });
    const two = tab();
    two.watch({ projects: [2] });
    pass(SILENT_TAB_MS + 1);
    two.watch({ projects: [2] });
    pass(100);
    expect(lastStream().url).toBe('/api/v1/stream?project=2');
  });

  it('starts over when it is sent nonsense', () => {
    tab().watch({ projects: [1] });
    pass(100);
    lastStream().opened();
    lastStream().event({ name: 'project', data: '{' });
    expect(openStreams()).toEqual([]);
    pass(1_000);
    expect(openStreams().length).toBe(1);
  });

  it('is quiet while suspended', () => {
    tab().watch({ projects: [1] });
    pass(100);
    hub.suspend();
    expect(openStreams()).toEqual([]);
    tab().watch({ projects: [3] });
    pass(1_000);
    expect(openStreams()).toEqual([]);
    hub.resume();
    pass(100);
    expect(lastStream().url).toContain('project=1&project=3');
  });
});
