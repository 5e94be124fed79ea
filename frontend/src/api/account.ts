import { change, changeJson, getJson } from './client';
import type { AccessToken, Account, NewToken, Session } from './types';

const BASE = '/api/v1/me';

/** Changes where mail goes to; "" for nowhere. */
export function saveAccount(notificationEmail: string): Promise<Account> {
  return changeJson('PUT', BASE, { notification_email: notificationEmail });
}

/** Where one is signed in, the session used last first. */
export async function listSessions(signal?: AbortSignal): Promise<Session[]> {
  return (await getJson<{ sessions: Session[] }>(`${BASE}/sessions`, signal)).sessions;
}

export async function endSession(session: number): Promise<void> {
  await change('DELETE', `${BASE}/sessions/${session}`);
}

/** Ends all sessions but this one. */
export async function endOtherSessions(): Promise<void> {
  await change('DELETE', `${BASE}/sessions`);
}

/** Newest first, expired ones included. */
export async function listTokens(signal?: AbortSignal): Promise<AccessToken[]> {
  return (await getJson<{ tokens: AccessToken[] }>(`${BASE}/tokens`, signal)).tokens;
}

/** The answer is the only time that the token itself is told. `lifetimeDays` null: for ever. */
export function createToken(name: string, lifetimeDays: number | null): Promise<NewToken> {
  return changeJson('POST', `${BASE}/tokens`, { name, lifetime_days: lifetimeDays });
}

export async function revokeToken(token: number): Promise<void> {
  await change('DELETE', `${BASE}/tokens/${token}`);
}
