import { useEffect } from 'preact/hooks';
import { leaving } from '../router';
import { loadSession, session } from '../state/session';
import { unsaved, useUnsaved } from '../state/unsaved';
import { Dialog } from './dialog';

/** Keeps what was typed while `dirty`: from leaving the page unasked, and from the session's end. */
export function UnsavedGuard({ dirty }: { dirty: boolean }) {
  useUnsaved(dirty);
  useEffect(
    () => () => {
      leaving.value = null;
    },
    [],
  );
  if (session.value.kind === 'out') return <SignInElsewhere />;
  const way = leaving.value;
  if (!way) return null;
  const stay = () => {
    leaving.value = null;
  };
  return (
    <Dialog title="Leave without saving?" onClose={stay} testId="unsaved">
      <p>What you have changed on this page is not saved.</p>
      <div class="dialog-end">
        <button type="button" class="button" onClick={stay}>
          Stay here
        </button>
        <button
          type="button"
          class="button button-danger-fill"
          data-testid="leave"
          onClick={() => way.go()}
        >
          Leave
        </button>
      </div>
    </Dialog>
  );
}

/** The session has ended meanwhile. Another window renews it for this one too. */
function SignInElsewhere() {
  useEffect(() => {
    const onVisible = () => {
      if (document.visibilityState === 'visible') void loadSession();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, []);
  return (
    <Dialog title="You have been signed out" onClose={() => {}} testId="signed-out">
      <p>
        Your session has ended. What you typed is still here: sign in in another window, come back,
        and save it.
      </p>
      <div class="dialog-end">
        <button
          type="button"
          class="button button-danger"
          onClick={() => {
            unsaved.value = false;
          }}
        >
          Discard it
        </button>
        <button type="button" class="button" onClick={() => void loadSession()}>
          I have signed in
        </button>
        <a class="button button-primary" href="/login/?next=/projects/" target="_blank">
          Sign in
        </a>
      </div>
    </Dialog>
  );
}
