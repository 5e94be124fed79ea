import { createHash } from 'node:crypto';
import { randomAlphanumeric, sameSecret, sha256Hex } from '../base/secrets.js';

const CODE_LIFE_MS = 10 * 60 * 1000;
const HELP = 'https://docs.github.com/apps/managing-oauth-apps/' +
             'troubleshooting-oauth-app-access-token-request-errors/';

/** A refusal, as GitHub words it: in an answer 200. */
export class GrantError extends Error {
  /** @param {string} code @param {string} description */
  constructor(code, description) {
    super(description);
    this.body = { error: code, error_description: description,
                  error_uri: `${HELP}#${code.replaceAll('_', '-')}` };
  }
}

const badCode = () => new GrantError('bad_verification_code',
                                     'The code passed is incorrect or expired.');

/** Codes and the tokens they are exchanged for. */
export class Grants {
  #state;
  #journal;
  #clock;

  /**
   * @param {import('../state/state.js').State} state
   * @param {import('../state/journal.js').Journal} journal
   * @param {{now(): number}} clock
   */
  constructor(state, journal, clock) {
    this.#state = state;
    this.#journal = journal;
    this.#clock = clock;
  }

  /**
   * @param {Omit<import('../state/oauth.js').Code, 'expires_at'>} grant
   * @returns {Promise<string>} the code: single use, ten minutes
   */
  async issueCode(grant) {
    const value = sha256Hex(randomAlphanumeric(40)).slice(0, 20);
    await this.#journal.commit('code_issued', {
      code_hash: sha256Hex(value),
      code: { ...grant, expires_at: this.#clock.now() + CODE_LIFE_MS },
    });
    return value;
  }

  /**
   * @param {{client_id: string, client_secret: string, code: string, code_verifier: string | null,
   *          redirect_uri: string | null}} request
   * @returns {Promise<{access_token: string, token_type: 'bearer', scope: string}>}
   */
  async exchange(request) {
    const app = this.#state.oauth.app(request.client_id);
    if (!app || !sameSecret(sha256Hex(request.client_secret), app.secret_hash)) {
      throw new GrantError('incorrect_client_credentials',
                           'The client_id and/or client_secret passed are incorrect.');
    }
    const codeHash = sha256Hex(request.code);
    const code = this.#state.oauth.code(codeHash);
    if (!code || code.client_id !== app.client_id) throw badCode();
    // Whatever comes of it: a code is good for one try.
    const token = `gho_${randomAlphanumeric(36)}`;
    let refusal = null;
    if (code.expires_at <= this.#clock.now() || !verifierFits(request.code_verifier, code)) {
      refusal = badCode();
    } else if (request.redirect_uri !== null && request.redirect_uri !== code.redirect_uri) {
      refusal = new GrantError('redirect_uri_mismatch', 'The redirect_uri MUST match the ' +
                               'registered callback URL for this application.');
    }
    this.#journal.transaction(() => {
      this.#journal.append('code_spent', { code_hash: codeHash });
      if (refusal) return;
      this.#journal.append('token_issued', {
        token_hash: sha256Hex(token), user_id: code.user_id, scopes: code.scopes,
        client_id: app.client_id,
      });
    });
    await this.#journal.flush();
    if (refusal) throw refusal;
    return { access_token: token, token_type: 'bearer', scope: code.scopes.join(',') };
  }
}

/** PKCE, S256 only. */
function verifierFits(verifier, { code_challenge: challenge }) {
  if (challenge === null) return true;
  if (!verifier || !/^[A-Za-z\d._~-]{43,128}$/.test(verifier)) return false;
  return sameSecret(createHash('sha256').update(verifier).digest('base64url'), challenge);
}
