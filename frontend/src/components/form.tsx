import type { ComponentChildren, JSX, Ref } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type Faults, faultsOf } from '../api/faults';

interface Control {
  name: string;
  value: string;
  fault: string | undefined;
  onValue: (value: string) => void;
}

export interface FormState<F extends string> {
  /** What a Field needs to show and change this field. */
  control: (name: F) => Control;
  faults: Faults<F>;
  sending: boolean;
  /** For the form element. */
  element: { ref: Ref<HTMLFormElement>; onSubmit: (event: Event) => void };
}

/**
 * A form's values, what is wrong with them, and sending them: once at a time, after `check` found
 * nothing wrong. What `send` throws is put into words beside its field, and the keyboard goes to the
 * first field in need of attention. What was sent makes room for `initial` again.
 */
export function useForm<F extends string>(options: {
  initial: Record<F, string>;
  check: (values: Record<F, string>) => Faults<F>;
  send: (values: Record<F, string>) => Promise<void>;
}): FormState<F> {
  const { initial, check, send } = options;
  const [values, setValues] = useState(initial);
  const [faults, setFaults] = useState<Faults<F>>({});
  const [sending, setSending] = useState(false);
  const [refusals, setRefusals] = useState(0);
  const ref = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (refusals === 0) return;
    ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);

  function refuse(found: Faults<F>) {
    setFaults(found);
    setRefusals((count) => count + 1);
  }

  async function submit() {
    const found = check(values);
    if (Object.keys(found).length > 0) return refuse(found);
    setFaults({});
    setSending(true);
    try {
      await send(values);
      setValues(initial);
    } catch (error) {
      refuse(faultsOf(error, Object.keys(initial) as F[]));
    } finally {
      setSending(false);
    }
  }

  return {
    control: (name) => ({
      name,
      value: values[name],
      fault: faults[name],
      onValue: (value) => {
        setValues((known) => ({ ...known, [name]: value }));
        setFaults((known) => {
          const others = { ...known };
          delete others[name];
          delete others.form;
          return others;
        });
      },
    }),
    faults,
    sending,
    element: {
      ref,
      onSubmit: (event) => {
        event.preventDefault();
        if (!sending) void submit();
      },
    },
  };
}

/** One labelled text field, with what is wrong with it beside it. */
export function Field(props: {
  control: Control;
  label: string;
  hint: ComponentChildren;
  /** A field of several lines, for code. */
  rows?: number;
  class?: string;
}) {
  const { control, label, hint, rows } = props;
  const id = useId();
  const attributes = {
    id,
    name: control.name,
    class: `input ${props.class ?? ''}`,
    value: control.value,
    required: true,
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: false,
    'aria-invalid': control.fault !== undefined,
    'aria-describedby': control.fault === undefined ? `${id}-hint` : `${id}-fault ${id}-hint`,
    onInput: (event: JSX.TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      control.onValue(event.currentTarget.value),
  } as const;
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
      </label>
      {rows ? <textarea {...attributes} rows={rows} wrap="off" /> : <input {...attributes} type="text" />}
      {control.fault !== undefined && (
        <p class="fault" id={`${id}-fault`} data-testid={`fault-${control.name}`}>
          {control.fault}
        </p>
      )}
      <p class="small muted" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}

/** Sends the form; keeps the keyboard's place while it does. */
export function SubmitButton(props: { sending: boolean; label: string; sendingLabel: string }) {
  return (
    <button type="submit" class="button button-primary" aria-disabled={props.sending}>
      {props.sending ? props.sendingLabel : props.label}
    </button>
  );
}
