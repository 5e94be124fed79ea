import { html } from './html.js';

/**
 * A commit's state as a coloured dot; links to where the newest status says.
 * @param {'none' | 'pending' | 'success' | 'failure' | 'error'} state
 * @param {string | null} [targetUrl]
 */
export function statusDot(state, targetUrl) {
  const label = state === 'none' ? 'no status' : state;
  const dot = html`<span class="dot ${state}" role="img" title="${label}"
    aria-label="${label}"></span>`;
  return targetUrl ? html`<a href="${targetUrl}">${dot}</a>` : dot;
}

/** @param {number} ms */
export function time(ms) {
  const text = new Date(ms).toISOString();
  return html`<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')}</time>`;
}

/** @param {string} message */
export function firstLine(message) {
  return message.split('\n', 1)[0];
}
