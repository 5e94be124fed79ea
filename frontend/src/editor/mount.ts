import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentUnit, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import { Compartment, EditorState } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  type KeyBinding,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { highlight, theme } from './theme';

/** Searching is loaded when it is first asked for; then its own keys come before this one. */
const findKey: KeyBinding = {
  key: 'Mod-f',
  run: (view) => {
    import('./search').then(
      ({ openSearch }) => openSearch(view),
      () => {},
    );
    return true;
  },
};

/** What is selected in the page, which the editor may not have heard of yet. */
function selected(view: EditorView): { from: number; to: number } {
  const root = view.root instanceof ShadowRoot ? view.root : null;
  const [range] = (root && getSelection()?.getComposedRanges?.({ shadowRoots: [root] })) ?? [];
  if (!range || !view.contentDOM.contains(range.startContainer)) return view.state.selection.main;
  return {
    from: view.posAtDOM(range.startContainer, range.startOffset),
    to: view.posAtDOM(range.endContainer, range.endOffset),
  };
}

/**
 * Text that takes the place of other text, or is of several lines, is put into the document here:
 * where the browser does so it merges lines with style attributes, which are against the content
 * security policy.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    if (event.inputType !== 'insertText' || event.data === null || view.composing) return false;
    const insert = view.state.toText(event.data);
    const { from, to } = selected(view);
    if (from === to && insert.lines === 1) return false;
    event.preventDefault();
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length },
      userEvent: 'input.type',
      scrollIntoView: true,
    });
    return true;
  },
});

/** What assistive technology is told about an editor. */
export interface Description {
  label: string;
  /** Hint and fault. */
  text: string;
  required: boolean;
  invalid: boolean;
}

export interface Editor {
  describe: (description: Description) => void;
  /** Puts the cursor into it, at these offsets if they are given. */
  focus: (from?: number, to?: number) => void;
  destroy: () => void;
}

/**
 * Puts a shell editor into `host`. It lives in a shadow root, where its styles are adopted style
 * sheets, which the content security policy allows; in the page they would be style elements.
 */
export function mountEditor(
  host: HTMLElement,
  options: { value: string; description: Description; onChange: (value: string) => void },
): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  // A reference to an element that describes does not reach out of a shadow root.
  const words = document.createElement('p');
  words.id = 'words';
  words.hidden = true;
  const attributes = new Compartment();

  const attributesOf = (description: Description) => {
    words.textContent = description.text;
    return EditorView.contentAttributes.of({
      'aria-label': description.label,
      'aria-describedby': words.id,
      'aria-required': String(description.required),
      'aria-invalid': String(description.invalid),
      tabindex: '0',
      autocapitalize: 'none',
      spellcheck: 'false',
    });
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.value,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        highlightSpecialChars(),
        history(),
        bracketMatching(),
        indentUnit.of('    '),
        StreamLanguage.define(shell),
        syntaxHighlighting(highlight),
        keymap.of([findKey, ...defaultKeymap, ...historyKeymap, indentWithTab]),
        theme,
        typeOver,
        attributes.of(attributesOf(options.description)),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  root.append(words);

  return {
    describe: (description) => {
      view.dispatch({ effects: attributes.reconfigure(attributesOf(description)) });
    },
    focus: (from, to) => {
      view.focus();
      if (from === undefined) return;
      const most = view.state.doc.length;
      const anchor = Math.min(from, most);
      view.dispatch({ selection: { anchor, head: Math.min(to ?? from, most) }, scrollIntoView: true });
    },
    destroy: () => {
      view.destroy();
      words.remove();
    },
  };
}
