import { html } from './html.js';

/**
 * A whole page, as an answer.
 * @param {object} what
 * @param {string} what.title
 * @param {ReturnType<typeof html>} what.content
 * @param {number} [what.status]
 * @param {boolean} [what.narrow] for forms
 * @param {number} [what.refreshSeconds] reloads itself
 * @param {string[]} [what.formTargets] origins, besides its own, to which its forms may lead
 * @returns {import('../http/answer.js').Answer}
 */
export function page({ title, content, status = 200, narrow = false, refreshSeconds,
                       formTargets = [] }) {
  const markup = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  ${refreshSeconds ? html`<meta http-equiv="refresh" content="${refreshSeconds}">` : ''}
  <title>${title}</title>
  <link rel="stylesheet" href="/assets/style.css">
  <link rel="icon" href="data:,">
</head>
<body>
  <header><a href="/">GitHub simulator</a></header>
  <main class="${narrow ? 'narrow' : ''}">${content}</main>
</body>
</html>
`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; " +
        `frame-ancestors 'none'; form-action ${["'self'", ...formTargets].join(' ')}`,
      'referrer-policy': 'no-referrer',
    },
    body: markup.toString(),
  };
}

/**
 * @param {number} status
 * @param {string} message
 */
export function errorPage(status, message) {
  return page({ status, title: message, narrow: true,
                content: html`<h1>${status}</h1><p>${message}</p>` });
}
