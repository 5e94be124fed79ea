import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Colours come from the page's tokens, which reach into the shadow root and know both schemes. */
export const highlight = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: tags.meta, color: 'var(--code-comment)', fontWeight: '600' },
  { tag: tags.keyword, color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.quote], color: 'var(--code-string)' },
  { tag: [tags.definition(tags.variableName), tags.number], color: 'var(--code-name)' },
  { tag: tags.attributeName, color: 'var(--code-option)' },
  { tag: tags.standard(tags.variableName), color: 'var(--code-builtin)' },
]);

export const theme = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--ground)', fontSize: 'var(--code-size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    maxHeight: 'var(--code-max)',
    overflow: 'auto',
    fontFamily: 'var(--mono)',
    lineHeight: 'var(--code-line)',
  },
  '.cm-gutter, .cm-content': { minHeight: 'var(--code-min)' },
  '.cm-content': { padding: 'var(--space-2) 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 var(--space-3)' },
  '.cm-gutters': {
    backgroundColor: 'var(--ground)',
    color: 'var(--text-soft)',
    border: 'none',
    borderRight: '1px solid var(--line)',
    userSelect: 'none',
  },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '2.5rem', padding: '0 var(--space-2)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter': {
    backgroundColor: 'var(--surface-hover)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--code-match)' },
  '.cm-searchMatch': { backgroundColor: 'var(--code-match)' },
  '.cm-searchMatch-selected': { outline: '2px solid var(--focus)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--code-match)' },
  '.cm-panels': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    borderBottom: '1px solid var(--line)',
  },
  '.cm-panel.cm-search': { padding: 'var(--space-2) var(--space-3)', fontFamily: 'var(--font)' },
  '.cm-panel.cm-search label': { fontSize: 'var(--text-s)' },
  '.cm-panel.cm-search [name=close]': { top: 'var(--space-2)', right: 'var(--space-2)' },
  '.cm-textfield': {
    backgroundColor: 'var(--ground)',
    color: 'inherit',
    border: '1px solid var(--line-field)',
    borderRadius: 'var(--radius-s)',
    padding: 'var(--space-1) var(--space-2)',
    fontSize: 'var(--text-s)',
  },
  '.cm-button': {
    backgroundColor: 'var(--surface)',
    backgroundImage: 'none',
    color: 'inherit',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-s)',
    padding: 'var(--space-1) var(--space-2)',
    fontSize: 'var(--text-s)',
  },
});
