import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ActionButton, Trouble, useAction } from './action';
import { Dialog } from './dialog';

/** A button whose action is asked about before it happens. */
export function ConfirmButton(props: {
  label: string;
  /** For screen readers, where the label alone does not say what is meant. */
  ariaLabel?: string;
  class?: string;
  testId?: string;
  title: string;
  /** What it means. */
  children: ComponentChildren;
  confirm: string;
  running: string;
  /** What is on the button that does nothing. */
  dismiss?: string;
  /** How the button looks that does it; as something dangerous if not given. */
  confirmClass?: string;
  act: () => Promise<void>;
  /** After success, once the dialog has gone. */
  done?: () => void;
}) {
  const { testId } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class={`button ${props.class ?? ''}`}
        aria-label={props.ariaLabel}
        data-testid={testId}
        onClick={() => setOpen(true)}
      >
        {props.label}
      </button>
      {open && <Question {...props} close={() => setOpen(false)} />}
    </>
  );
}

function Question(props: Parameters<typeof ConfirmButton>[0] & { close: () => void }) {
  const { title, children, confirm, running, act, done, close, dismiss = 'Cancel' } = props;
  const action = useAction(async () => {
    await act();
    close();
    // The focus has gone back to the button by then, which may be about to vanish.
    if (done) setTimeout(done);
  });
  return (
    <Dialog title={title} onClose={close} testId="dialog">
      {children}
      <Trouble error={action.error} />
      <div class="dialog-end">
        <button type="button" class="button" onClick={close}>
          {dismiss}
        </button>
        <ActionButton
          action={action}
          class={props.confirmClass ?? 'button-danger-fill'}
          label={confirm}
          runningLabel={running}
          testId="confirm"
        />
      </div>
    </Dialog>
  );
}
