import { useEffect, useRef } from 'preact/hooks';
import { type Command, commandOf } from '../log/keys';

function isTyping(target: EventTarget | undefined): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Runs `act` for keys that mean something to a log, unless they are typed into something or belong to a dialog. */
export function useLogKeys(singles: boolean, act: (command: Command) => boolean): void {
  const latest = useRef({ singles, act });
  latest.current = { singles, act };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if (isTyping(event.composedPath()[0]) || document.querySelector('dialog[open]')) return;
      const command = commandOf(event, latest.current.singles);
      if (command && latest.current.act(command)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
