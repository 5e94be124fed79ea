import { useEffect, useState } from 'preact/hooks';
import { toast } from '../state/toast';
import { CloseIcon } from './icons';

const SHOWN_MS = 10_000;

/** Says what was done; goes by itself, but not while it is pointed at. */
export function Toast() {
  const shown = toast.value;
  const [held, setHeld] = useState(false);

  useEffect(() => {
    if (!shown || held) return;
    const timer = setTimeout(() => {
      if (toast.peek() === shown) toast.value = null;
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown, held]);

  const dismiss = () => {
    toast.value = null;
    setHeld(false);
  };
  return (
    <div
      class={`toast ${shown ? '' : 'toast-hidden'}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      <output data-testid="toast">{shown?.text}</output>
      {shown && (
        <button type="button" class="tool" aria-label="Dismiss" onClick={dismiss}>
          <CloseIcon />
        </button>
      )}
    </div>
  );
}
