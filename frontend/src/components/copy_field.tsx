import { useId } from 'preact/hooks';
import { CopyButton } from './copy_button';

/** A text to be taken elsewhere: can be selected whole, and copied by a button. */
export function CopyField(props: { label: string; text: string; testId?: string }) {
  const id = useId();
  return (
    <div class="field">
      <label class="label" for={id}>
        {props.label}
      </label>
      <div class="copy-field">
        <input
          id={id}
          class="input mono"
          type="text"
          readOnly
          value={props.text}
          data-testid={props.testId}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={() => props.text} label={`Copy ${props.label}`} />
      </div>
    </div>
  );
}
