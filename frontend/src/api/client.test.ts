import { afterEach, expect, it, vi } from 'vitest';
import { createHook, createProject, getMe } from './client';

interface Sent {
  path: string;
  init: RequestInit;
}

/** Answers one request after another with `answers`; tells what was asked. */
function serve(...answers: [number, unknown][]): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    sent.push({ path, init });
    const [status, body] = answers.shift() ?? [500, null];
    return Response.json(body, { status });
  });
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

const HOOK = { title: 'Tests', image: 'debian:12', script: 'make test\n' };

it('sends a change with its body and the token of the session', async () => {
  const sent = serve([200, { user: {}, csrf_token: 'first' }], [201, { id: 7, ...HOOK }]);
  await getMe();
  expect((await createHook(3, HOOK)).id).toBe(7);
  expect(sent[1]?.path).toBe('/api/v1/projects/3/hooks');
  expect(sent[1]?.init.headers).toEqual({
    'X-CSRF-Token': 'first',
    'Content-Type': 'application/json',
  });
  expect(JSON.parse(String(sent[1]?.init.body))).toEqual(HOOK);
});

it('repeats a change once with the token of a renewed session', async () => {
  const stale: [number, unknown] = [403, { code: 'csrf', message: 'Reload the page.' }];
  const sent = serve(stale, [200, { user: {}, csrf_token: 'second' }], [201, { id: 4 }]);
  expect((await createProject('acme/web')).id).toBe(4);
  expect(sent[2]?.init.headers).toMatchObject({ 'X-CSRF-Token': 'second' });
  expect(sent[2]?.init.body).toBe(sent[0]?.init.body);

  serve(stale, [200, { user: {}, csrf_token: 'third' }], stale);
  await expect(createProject('acme/web')).rejects.toMatchObject({ code: 'csrf' });
});
