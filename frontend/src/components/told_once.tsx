import { useEffect, useRef } from 'preact/hooks';
import { CopyField } from './copy_field';
import { AlertIcon } from './icons';

/** The one time that a secret is shown, with the keyboard at it. */
export function ToldOnce(props: {
  /** What it is, for screen readers. */
  ariaLabel: string;
  /** That it is not shown again, and what to do with it. */
  words: string;
  label: string;
  text: string;
  testId: string;
  textTestId: string;
  close: () => void;
}) {
  const { text } = props;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), [text]);
  return (
    <section class="panel panel-made" ref={panel} tabIndex={-1} aria-label={props.ariaLabel} data-testid={props.testId}>
      <p class="warning">
        <AlertIcon />
        <span>{props.words}</span>
      </p>
      <CopyField label={props.label} text={text} testId={props.textTestId} />
      <div class="form-end">
        <button type="button" class="button" onClick={props.close}>
          I have copied it
        </button>
      </div>
    </section>
  );
}
