import { html } from '../web/html.js';
import { page } from '../web/page.js';

/**
 * "Authorize this application?", with the choice whom to sign in as.
 * @param {object} what
 * @param {import('../state/oauth.js').App} what.app
 * @param {string[]} what.scopes
 * @param {string} what.redirectUri
 * @param {import('../state/users.js').User[]} what.users
 * @param {Record<string, string>} what.parameters of the request, handed on by the form
 */
export function authorizePage({ app, scopes, redirectUri, users, parameters }) {
  const hidden = Object.entries(parameters).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  const choices = users.map((user, i) => html`
    <label class="choice">
      <input type="radio" name="login" value="${user.login}" ${i === 0 ? html`checked` : ''}>
      <img src="/avatars/u/${user.id}" alt="" width="32" height="32">
      <span><strong>${user.name}</strong><br><span class="muted">${user.login}</span></span>
    </label>`);
  return page({
    title: `Authorize ${app.name}`,
    narrow: true,
    // The form's answer redirects there, which a browser counts as a form's target.
    formTargets: [new URL(redirectUri).origin],
    content: html`
      <h1>Authorize ${app.name}</h1>
      <p>${app.name} wants access to your account
        ${scopes.length > 0 ? html`(<code>${scopes.join(', ')}</code>)` : ''}.</p>
      <form method="post" action="/login/oauth/authorize" class="card">
        ${hidden}
        <fieldset><legend>Sign in as</legend>${choices}</fieldset>
        ${scopes.length === 0 ? '' : html`<input type="hidden" name="granted" value="">
        <fieldset><legend>It may</legend>${scopes.map((scope) => html`
          <label class="choice">
            <input type="checkbox" name="granted" value="${scope}" checked> <code>${scope}</code>
          </label>`)}</fieldset>`}
        <div class="actions">
          <button name="decision" value="cancel">Cancel</button>
          <button name="decision" value="authorize" class="primary">Authorize ${app.name}</button>
        </div>
      </form>
      <p class="muted">Authorizing will redirect to <code>${new URL(redirectUri).origin}</code></p>`,
  });
}
