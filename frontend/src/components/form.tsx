import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type Faults, faultsOf } from '../api/faults';
import { Trouble } from './action';

/** What takes the keyboard when its field needs attention. */
export interface Focusable {
  focus(): void;
}

/** What a text field needs to show and change its value. */
export interface Control {
  name: string;
  value: string;
  fault: string | undefined;
  onValue: (value: string) => void;
  attach: (element: Focusable | null) => void;
}

type Name<V> = keyof V & string;

export interface FormState<V> {
  values: V;
  set: <N extends Name<V>>(name: N, value: V[N]) => void;
  /** For a field of text. */
  control: (name: Name<V>) => Control;
  /** For any other field: its element, for the keyboard to go to. */
  attach: (name: Name<V>) => (element: Focusable | null) => void;
  faults: Faults<Name<V>>;
  /** What `send` threw, when it is about no field; else null. */
  error: unknown;
  sending: boolean;
  /** Whether something was typed that has not been sent. */
  dirty: boolean;
  onSubmit: (event: Event) => void;
}

/**
 * A form's values, what is wrong with them, and sending them: once at a time, after `check` found
 * nothing wrong. What `send` throws is put into words beside its field, and the keyboard goes to the
 * first field in need of attention. What was sent makes room for what `send` answers, or else for
 * `initial` again.
 */
export function useForm<V extends object>(options: {
  initial: V;
  check: (values: V) => Faults<Name<V>>;
  send: (values: V) => Promise<V | void>;
}): FormState<V> {
  const { check, send } = options;
  const [initial, setInitial] = useState(options.initial);
  const [values, setValues] = useState(initial);
  const [faults, setFaults] = useState<Faults<Name<V>>>({});
  const [error, setError] = useState<unknown>(null);
  const [sending, setSending] = useState(false);
  const [refusals, setRefusals] = useState(0);
  const busy = useRef(false);
  const elements = useRef(new Map<string, Focusable>());
  const names = Object.keys(initial) as Name<V>[];

  useEffect(() => {
    const first = names.find((name) => faults[name] !== undefined);
    if (refusals > 0 && first) elements.current.get(first)?.focus();
  }, [refusals]);

  function refuse(found: Faults<Name<V>>) {
    setFaults(found);
    setRefusals((count) => count + 1);
  }

  async function submit() {
    const found = check(values);
    setError(null);
    if (Object.keys(found).length > 0) return refuse(found);
    setFaults({});
    setSending(true);
    busy.current = true;
    try {
      const next = (await send(values)) ?? options.initial;
      setInitial(next);
      setValues(next);
    } catch (thrown) {
      const refused = faultsOf(thrown, names);
      if (refused.form !== undefined) setError(thrown);
      refuse(refused);
    } finally {
      setSending(false);
      busy.current = false;
    }
  }

  function set<N extends Name<V>>(name: N, value: V[N]) {
    setValues((known) => ({ ...known, [name]: value }));
    setError(null);
    setFaults((known) => {
      const others = { ...known };
      delete others[name];
      delete others.form;
      return others;
    });
  }

  const attach = (name: Name<V>) => (element: Focusable | null) => {
    if (element) elements.current.set(name, element);
    else elements.current.delete(name);
  };

  return {
    values,
    set,
    control: (name) => ({
      name,
      value: String(values[name]),
      fault: faults[name],
      onValue: (value) => set(name, value as V[typeof name]),
      attach: attach(name),
    }),
    attach,
    faults,
    error,
    sending,
    dirty: JSON.stringify(values) !== JSON.stringify(initial),
    onSubmit: (event) => {
      event.preventDefault();
      if (!busy.current) void submit();
    },
  };
}

/** What every field has: its label, what is wrong with it, and what to know about it. */
export interface FieldProps {
  control: Control;
  label: string;
  hint?: ComponentChildren;
  /** May stay empty. */
  optional?: boolean;
  /** Something about what was typed that is not wrong, but may surprise. */
  note?: string;
}

/** One labelled text field, with what is wrong with it beside it. */
export function Field(
  props: FieldProps & {
    /** A field of several lines. */
    rows?: number;
    type?: 'text' | 'email' | 'password';
    class?: string;
    placeholder?: string;
    readOnly?: boolean;
  },
) {
  const { control, label, hint, optional = false, note = '', rows, type = 'text' } = props;
  const id = useId();
  const attributes = {
    id,
    name: control.name,
    class: `input ${props.class ?? ''}`,
    value: control.value,
    required: !optional,
    readOnly: props.readOnly ?? false,
    placeholder: props.placeholder,
    autocomplete: type === 'email' ? 'email' : 'off',
    autocapitalize: 'none',
    spellcheck: false,
    ref: control.attach,
    'data-testid': `field-${control.name}`,
    'aria-invalid': control.fault !== undefined,
    'aria-describedby': control.fault === undefined ? `${id}-hint` : `${id}-fault ${id}-hint`,
    onInput: (event: JSX.TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      control.onValue(event.currentTarget.value),
  } as const;
  return (
    <div class="field">
      <FieldLabel id={id} label={label} optional={optional} />
      {rows ? <textarea {...attributes} rows={rows} wrap="off" /> : <input {...attributes} type={type} />}
      <FieldNotes id={id} name={control.name} fault={control.fault} hint={hint} note={note} />
    </div>
  );
}

export function FieldLabel(props: {
  id: string;
  label: string;
  optional?: boolean;
  labelRef?: RefObject<HTMLLabelElement>;
}) {
  return (
    <div class="label-line">
      <label class="label" for={props.id} ref={props.labelRef ?? null}>
        {props.label}
      </label>
      {props.optional && <span class="small muted">optional</span>}
    </div>
  );
}

/** What is below a field. */
export function FieldNotes(props: {
  id: string;
  name: string;
  fault: string | undefined;
  hint?: ComponentChildren;
  note?: string;
}) {
  const { id, name, fault, hint, note = '' } = props;
  return (
    <>
      {fault !== undefined && (
        <p class="fault" id={`${id}-fault`} data-testid={`fault-${name}`}>
          {fault}
        </p>
      )}
      <p class="small muted" id={`${id}-hint`}>
        {hint}
      </p>
      <output class={note ? 'note' : ''} data-testid={`note-${name}`}>
        {note}
      </output>
    </>
  );
}

/** What is wrong with the form as a whole. */
export function FormTrouble<V>({ form }: { form: FormState<V> }) {
  if (form.error !== null) return <Trouble error={form.error} />;
  if (form.faults.form === undefined) return null;
  return (
    <p class="problem" role="alert">
      {form.faults.form}
    </p>
  );
}

/** Sends the form; keeps the keyboard's place while it does. */
export function SubmitButton(props: {
  sending: boolean;
  label: string;
  sendingLabel: string;
  class?: string;
  testId?: string;
}) {
  return (
    <button
      type="submit"
      class={`button ${props.class ?? 'button-primary button-large'}`}
      aria-disabled={props.sending}
      data-testid={props.testId}
    >
      {props.sending ? props.sendingLabel : props.label}
    </button>
  );
}
