import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CopyIcon } from './icons';

/** Copies a text; says so for a moment. */
export function CopyButton(props: { text: () => string; label: string; children?: ComponentChildren }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);

  // Without a secure context (plain http on a network) there is no clipboard to write to.
  if (!navigator.clipboard) return null;
  const copy = () =>
    navigator.clipboard.writeText(props.text()).then(
      () => setCopied(true),
      () => {},
    );
  // A label must have in it what can be read on the button.
  return (
    <button type="button" class="tool" aria-label={copied ? undefined : props.label} onClick={copy}>
      {props.children ?? <CopyIcon />}
      <span aria-live="polite">{copied ? 'Copied' : ''}</span>
    </button>
  );
}
