import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Description, Editor } from '../editor/mount';
import { type FieldProps, FieldLabel, FieldNotes } from './form';

const FEWEST_ROWS = 8;
const MOST_ROWS = 24;
const LEAVE = 'Tab indents; press Escape, then Tab, to leave the editor.';

/**
 * A labelled field for a shell script. It begins as a plain text field, which an editor with
 * highlighting and line numbers replaces once that has been loaded, if it can be. From then on the
 * text is the editor's: who wants another one in it gives the field another key.
 */
export function CodeField(props: FieldProps) {
  const { control, label, hint = '', optional = false, note = '' } = props;
  const id = useId();
  const host = useRef<HTMLDivElement>(null);
  const labelElement = useRef<HTMLLabelElement>(null);
  const plain = useRef<HTMLTextAreaElement | null>(null);
  const selection = useRef<[number, number] | null>(null);
  const [editor, setEditor] = useState<Editor | null>(null);
  const latest = useRef(control);
  latest.current = control;

  const description: Description = {
    label,
    text: [control.fault, hint, LEAVE].filter(Boolean).join(' '),
    required: !optional,
    invalid: control.fault !== undefined,
  };

  useEffect(() => {
    let gone = false;
    let mounted: Editor | null = null;
    const replace = async () => {
      const { mountEditor } = await import('../editor/mount');
      if (gone || !host.current) return;
      mounted = mountEditor(host.current, {
        value: latest.current.value,
        description,
        onChange: (changed) => latest.current.onValue(changed),
      });
      const area = plain.current;
      const typing = area !== null && document.activeElement === area;
      if (typing) selection.current = [area.selectionStart, area.selectionEnd];
      setEditor(mounted);
    };
    // If it cannot be loaded, the plain field stays.
    replace().catch(() => {});
    return () => {
      gone = true;
      mounted?.destroy();
    };
  }, []);

  // Whoever was typing goes on where they were.
  useEffect(() => {
    if (editor && selection.current) editor.focus(...selection.current);
  }, [editor]);

  useEffect(() => editor?.describe(description), [editor, description.text, description.invalid]);

  useEffect(() => {
    const name = labelElement.current;
    if (!editor) return;
    // A label by itself does not reach into a shadow root.
    const enter = () => editor.focus();
    name?.addEventListener('click', enter);
    control.attach(editor);
    return () => {
      name?.removeEventListener('click', enter);
      control.attach(null);
    };
  }, [editor]);

  const rows = Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, control.value.split('\n').length));
  return (
    <div class="field">
      <FieldLabel id={id} label={label} optional={optional} labelRef={labelElement} />
      <div
        class="code"
        ref={host}
        hidden={!editor}
        data-invalid={control.fault !== undefined}
        data-testid={`field-${control.name}`}
      />
      {!editor && (
        <textarea
          id={id}
          name={control.name}
          class="input code-plain"
          ref={(element) => {
            if (element) plain.current = element;
            control.attach(element);
          }}
          rows={rows}
          wrap="off"
          value={control.value}
          required={!optional}
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={control.fault !== undefined}
          aria-describedby={control.fault === undefined ? `${id}-hint` : `${id}-fault ${id}-hint`}
          onInput={(event) => control.onValue(event.currentTarget.value)}
        />
      )}
      <FieldNotes
        id={id}
        name={control.name}
        fault={control.fault}
        hint={
          <>
            {hint} <span class={editor ? '' : 'unseen'}>{LEAVE}</span>
          </>
        }
        note={note}
      />
    </div>
  );
}
