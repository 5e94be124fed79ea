import { signal } from '@preact/signals';

export interface Location {
  path: string;
  query: URLSearchParams;
}

function current(): Location {
  return { path: window.location.pathname, query: new URLSearchParams(window.location.search) };
}

/** Where the browser is. */
export const location = signal<Location>(current());

/** Goes to an address of this application without loading the page anew. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  location.value = current();
  if (!options.replace) window.scrollTo(0, 0);
}

/** Paths that the gateway answers itself. */
const FOREIGN = /^\/(api|_auth|_hooks|assets|logout|healthz)(\/|$)/;

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

/** Makes links of this application navigate within it. */
export function startRouter(): void {
  document.addEventListener('click', onClick);
  window.addEventListener('popstate', () => {
    location.value = current();
  });
}
