import { signal } from '@preact/signals';
import { getMe, setSignedOutListener } from '../api/client';
import { ApiError } from '../api/errors';
import type { Me } from '../api/types';
import { setStreamSignedOutListener } from '../live/client';

export type Session = { kind: 'unknown' } | { kind: 'in'; me: Me } | { kind: 'out' };

/** Who is signed in. Stays unknown while the server cannot be reached; pages say so themselves. */
export const session = signal<Session>({ kind: 'unknown' });

const RETRY_MS = 3_000;

/** Asks who is signed in, again after a while if there is no answer. */
export async function loadSession(): Promise<void> {
  try {
    session.value = { kind: 'in', me: await getMe() };
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) session.value = { kind: 'out' };
    else setTimeout(() => void loadSession(), RETRY_MS);
  }
}

function signedOut(): void {
  session.value = { kind: 'out' };
}

setSignedOutListener(signedOut);
setStreamSignedOutListener(signedOut);
