import { expect, it } from 'vitest';
import type { Delivery } from './api/types';
import { deliveryStatus, eventOf, outcomeOf, prettyBody, shortRef } from './delivery';

it('N6: takes from the address only statuses that there are', () => {
  expect(deliveryStatus('failed')).toBe('failed');
  expect(deliveryStatus('lost')).toBe(null);
  expect(deliveryStatus(null)).toBe(null);
});

it('N6: names events with their action, and refs as people do', () => {
  expect(eventOf({ event: 'pull_request', action: 'opened' } as Delivery)).toBe('pull_request.opened');
  expect(eventOf({ event: 'push', action: '' } as Delivery)).toBe('push');
  expect(shortRef('refs/heads/feature/x')).toBe('feature/x');
  expect(shortRef('refs/pull/3/head')).toBe('#3');
});

it('N6: says which build a delivery led to, or why to none', () => {
  expect(outcomeOf({ builds: [7, 8], outcome: '' } as unknown as Delivery)).toBe('Build #7, #8');
  expect(outcomeOf({ builds: [], outcome: 'The ref was deleted.' } as unknown as Delivery))
    .toBe('The ref was deleted.');
});

it('N6: indents a body, and shows one that is no JSON as it is', () => {
  expect(prettyBody('{"a":[1]}')).toEqual({ text: '{\n  "a": [\n    1\n  ]\n}', cut: false });
  expect(prettyBody('a=1&b=2')).toEqual({ text: 'a=1&b=2', cut: false });
});

it('N6: cuts what is too long to be shown', () => {
  for (const length of [100_001, 3_000_000]) {
    const { text, cut } = prettyBody(`"${'x'.repeat(length)}"`);
    expect(text.length).toBe(100_000);
    expect(cut).toBe(true);
  }
});
