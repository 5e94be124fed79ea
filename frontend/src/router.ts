import { signal } from '@preact/signals';
import { unsaved } from './state/unsaved';

export interface Location {
  path: string;
  query: URLSearchParams;
}

function current(): Location {
  return { path: window.location.pathname, query: new URLSearchParams(window.location.search) };
}

/** Where the browser is. */
export const location = signal<Location>(current());

/** A way out of a page with something unsaved, until the reader has said whether to take it. */
export const leaving = signal<{ go: () => void } | null>(null);

/** This page's place among those that Back and Forward lead to. */
let place = 0;

/**
 * Goes to an address of this application without loading the page anew. From a page with something
 * unsaved only once the reader agrees, or with `sure`.
 */
export function navigate(to: string, options: { replace?: boolean; sure?: boolean } = {}): void {
  if (unsaved.peek() && !options.sure) {
    leaving.value = { go: () => navigate(to, { ...options, sure: true }) };
    return;
  }
  leaving.value = null;
  if (options.replace) rewrite(to);
  else history.pushState({ place: ++place }, '', to);
  location.value = current();
  if (!options.replace) window.scrollTo(0, 0);
}

/** Changes what the address bar says, and nothing else. */
export function rewrite(to: string): void {
  history.replaceState({ place }, '', to);
}

/** Paths that the gateway answers itself. */
const FOREIGN = /^\/(api|_auth|_hooks|assets|badges|logout|healthz)(\/|$)/;

function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.hasAttribute('download')) return;
  const url = new URL(link.href, window.location.href);
  if (url.origin !== window.location.origin || FOREIGN.test(url.pathname)) return;
  event.preventDefault();
  navigate(url.pathname + url.search + url.hash);
}

function placeOf(state: unknown): number | null {
  return state !== null && typeof state === 'object' && 'place' in state ? Number(state.place) : null;
}

/** True while we undo a step that the reader has not agreed to. */
let undoing = false;

function onPopState(event: PopStateEvent): void {
  const steps = (placeOf(event.state) ?? place) - place;
  if (undoing) {
    undoing = false;
    return;
  }
  if (unsaved.peek() && steps !== 0) {
    undoing = true;
    history.go(-steps);
    leaving.value = {
      go: () => {
        leaving.value = null;
        unsaved.value = false;
        history.go(steps);
      },
    };
    return;
  }
  place += steps;
  location.value = current();
}

/** Makes links of this application navigate within it. */
export function startRouter(): void {
  const known = placeOf(history.state);
  if (known === null) rewrite(window.location.href);
  else place = known;
  document.addEventListener('click', onClick);
  window.addEventListener('popstate', onPopState);
}
