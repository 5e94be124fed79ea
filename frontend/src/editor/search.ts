import { openSearchPanel, search, searchKeymap } from '@codemirror/search';
import { Prec, StateEffect } from '@codemirror/state';
import { type EditorView, keymap } from '@codemirror/view';

/** Gives an editor its search panel, and opens it. */
export function openSearch(view: EditorView): void {
  view.dispatch({
    effects: StateEffect.appendConfig.of([
      search({ top: true }),
      Prec.high(keymap.of(searchKeymap)),
    ]),
  });
  openSearchPanel(view);
}
