import { ApiError, fromResponse, fromThrown } from './errors';
import type { Me } from './types';

const TIMEOUT_MS = 15_000;
/** Longer than the gateway waits for the services that ask GitHub meanwhile. */
const CHANGE_TIMEOUT_MS = 50_000;

let csrfToken = '';
let skewMs = 0;
let onSignedOut: () => void = () => {};

/** `listener` runs whenever an answer says that nobody is signed in (any more). */
export function setSignedOutListener(listener: () => void): void {
  onSignedOut = listener;
}

/** Milliseconds since the epoch by the server's clock, so that a wrong local clock shows no nonsense. */
export function serverNow(): number {
  return Date.now() + skewMs;
}

function observeClock(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(date)) return;
  // The header has whole seconds and travelled a while: only a real difference counts.
  const skew = date + 500 - Date.now();
  skewMs = Math.abs(skew) > 2_500 ? skew : 0;
}

async function send(
  path: string,
  init: RequestInit = {},
  timeoutMs = TIMEOUT_MS,
): Promise<Response> {
  let response: Response;
  try {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...init, signal });
  } catch (error) {
    throw fromThrown(error);
  }
  observeClock(response);
  if (response.ok) return response;
  const error = await fromResponse(response);
  if (error.status === 401 && !error.isAboutGithub) onSignedOut();
  throw error;
}

async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw fromThrown(error);
  }
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return readJson(await send(path, signal ? { signal } : {}));
}

/**
 * Changes something at the server. Throws an ApiError when that did not happen, or may not have. What
 * is no Blob is sent as JSON.
 */
export async function change(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<Response> {
  const attempt = () => {
    const headers: Record<string, string> = { 'X-CSRF-Token': csrfToken };
    if (!body) return send(path, { method, headers }, CHANGE_TIMEOUT_MS);
    const isBlob = body instanceof Blob;
    headers['Content-Type'] = isBlob ? body.type : 'application/json';
    return send(path, { method, headers, body: isBlob ? body : JSON.stringify(body) }, CHANGE_TIMEOUT_MS);
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'csrf') throw error;
    // The session was renewed in another tab: take its token, once.
    await getMe();
    return await attempt();
  }
}

/** `change` with an answer that has a body. */
export async function changeJson<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<T> {
  return readJson(await change(method, path, body));
}

/** Who is signed in. Also learns the token that changes must carry. */
export async function getMe(signal?: AbortSignal): Promise<Me> {
  const me = await getJson<Me>('/api/v1/me', signal);
  csrfToken = me.csrf_token;
  return me;
}

export async function signOut(): Promise<void> {
  await change('POST', '/logout/');
}
