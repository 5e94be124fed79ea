import { useEffect } from 'preact/hooks';
import type { Status } from '../api/types';
import markUrl from '../styles/mark.svg';
import { statusSign } from './status';

/** Mid tones that can be seen on light and dark browser chrome alike. */
const COLOURS: Record<Status, string> = {
  enqueued: '#8a90a2',
  pending: '#4f7df3',
  success: '#2ba56a',
  failure: '#e5484d',
  error: '#e08a1e',
  cancelled: '#8a90a2',
};

/** Shapes on a 32-pixel square, so that the tab's icon does not speak by colour alone. */
const SHAPES: Record<Status, string> = {
  enqueued: '<path d="M16 9v8l5 3" class="l"/>',
  pending: '<circle cx="16" cy="16" r="5" fill="#fff"/>',
  success: '<path d="M9 17l5 5 9-11" class="l"/>',
  failure: '<path d="M11 11l10 10M21 11l-10 10" class="l"/>',
  error: '<path d="M16 8v10M16 23v.1" class="l"/>',
  cancelled: '<path d="M10 22l12-12" class="l"/>',
};

function faviconFor(status: Status): string {
  const line = 'stroke="#fff" stroke-width="3.4" fill="none" stroke-linecap="round"';
  const shape = (SHAPES[status] ?? '').replace('class="l"', line);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="${COLOURS[status]}"/>${shape}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** Sets the window's title and icon; with a status both show it. */
export function useTitle(title: string, status: Status | null = null): void {
  useEffect(() => {
    const full = title === '' ? 'Kozmic CI' : `${title} · Kozmic CI`;
    document.title = status ? `${statusSign(status)} ${full}` : full;
    const icon = document.getElementById('favicon');
    if (icon instanceof HTMLLinkElement) icon.href = status ? faviconFor(status) : markUrl;
  }, [title, status]);
}
