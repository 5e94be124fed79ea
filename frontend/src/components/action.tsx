import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/errors';
import { wordsOf } from '../api/faults';
import { paths } from '../routes';

export interface Action {
  run: () => void;
  running: boolean;
  /** What went wrong the last time, or null. */
  error: unknown;
}

/** Something that changes the world, done once at a time. */
export function useAction(act: () => Promise<void>): Action {
  const busy = useRef(false);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const attempt = async () => {
    busy.current = true;
    setRunning(true);
    setError(null);
    try {
      await act();
    } catch (thrown) {
      setError(thrown);
    } finally {
      busy.current = false;
      setRunning(false);
    }
  };
  return {
    run: () => {
      if (!busy.current) void attempt();
    },
    running,
    error,
  };
}

/** Runs an action; keeps the keyboard's place while it does. */
export function ActionButton(props: {
  action: Action;
  label: ComponentChildren;
  runningLabel: string;
  /** For screen readers, where the label alone does not say what is meant. */
  ariaLabel?: string;
  class?: string;
  testId?: string;
}) {
  const { action } = props;
  return (
    <button
      type="button"
      class={`button ${props.class ?? ''}`}
      aria-disabled={action.running}
      aria-label={props.ariaLabel}
      data-testid={props.testId}
      onClick={action.run}
    >
      {action.running ? props.runningLabel : props.label}
    </button>
  );
}

/** An error in words, with what helps; nothing for null. */
export function Trouble({ error, lead = '' }: { error: unknown; lead?: string }) {
  if (error === null) return null;
  return (
    <p class="problem" role="alert" data-testid="trouble">
      {lead}
      {wordsOf(error)}
      {error instanceof ApiError && error.isAboutGithub && <SignInAgain />}
    </p>
  );
}

/** Renews what GitHub grants, and comes back here. */
export function SignInAgain() {
  return (
    <>
      {' '}
      <a href={paths.signIn(window.location.pathname)}>Sign in again</a>
    </>
  );
}
