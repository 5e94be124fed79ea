import { afterEach, expect, it, vi } from 'vitest';
import { change, changeJson, getMe, setSignedOutListener } from './client';
import { createHook, deleteHook } from './hooks';
import { createProject } from './repositories';
import { deleteProject, setSecret } from './settings';
import type { HookFields } from './types';

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
    return status === 204 ? new Response(null, { status }) : Response.json(body, { status });
  });
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

const HOOK: HookFields = {
  title: 'Tests',
  image: 'debian:12',
  script: 'make test\n',
  install_script: '',
  tracked_files: [],
  enabled: true,
  branches: [],
  events: ['push'],
  labels: [],
  timeout_seconds: 3600,
  stall_timeout_seconds: 900,
  max_parallel: 0,
  services: [],
};

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

it('takes an answer without a body', async () => {
  const sent = serve([204, null], [202, {}]);
  await deleteHook(3, 9);
  await deleteProject(3, 'acme/web');
  expect(sent.map(({ path, init }) => `${init.method} ${path}`)).toEqual([
    'DELETE /api/v1/projects/3/hooks/9',
    'DELETE /api/v1/projects/3',
  ]);
  expect(sent[1]?.init.body).toBe('{"repository":"acme/web"}');
});

it('lets no name lead to another address', async () => {
  const sent = serve([422, { code: 'invalid_argument', message: 'x', field: 'name' }]);
  await expect(setSecret(3, '../hooks?', 'v')).rejects.toMatchObject({ field: 'name' });
  expect(sent[0]?.path).toBe('/api/v1/projects/3/secrets/..%2Fhooks%3F');
});

it('is signed out by a 401, but not by one that is about GitHub', async () => {
  const out = vi.fn<() => void>();
  setSignedOutListener(out);
  serve([401, { code: 'sign_in_needed', message: 'x' }], [401, { code: 'signed_out', message: 'x' }]);
  await expect(changeJson('POST', '/x')).rejects.toMatchObject({ isAboutGithub: true });
  expect(out).not.toHaveBeenCalled();
  await expect(change('POST', '/x')).rejects.toMatchObject({ status: 401 });
  expect(out).toHaveBeenCalledOnce();
});
