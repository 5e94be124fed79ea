/**
 * @typedef {object} App an OAuth application
 * @property {string} client_id
 * @property {string} secret_hash
 * @property {string} name
 * @property {string[]} redirect_prefixes
 *
 * @typedef {object} Token
 * @property {number} user_id
 * @property {string[]} scopes
 * @property {string | null} client_id null: a personal access token
 *
 * @typedef {object} Code
 * @property {number} user_id
 * @property {string} client_id
 * @property {string[]} scopes
 * @property {string} redirect_uri
 * @property {string | null} code_challenge
 * @property {number} expires_at ms
 */

/** Codes and tokens are kept by their SHA-256 only. */
export class OAuth {
  /** @type {Map<string, App>} */
  #apps = new Map();
  /** @type {Map<string, Token>} */
  #tokens = new Map();
  /** @type {Map<string, Code>} */
  #codes = new Map();

  handlers = {
    app_created: ({ app }) => this.#apps.set(app.client_id, app),
    token_issued: ({ token_hash, user_id, scopes, client_id }) =>
      this.#tokens.set(token_hash, { user_id, scopes, client_id }),
    code_issued: ({ at, code_hash, code }) => {
      for (const [hash, old] of this.#codes) if (old.expires_at < at) this.#codes.delete(hash);
      this.#codes.set(code_hash, code);
    },
    codes_expired: ({ at }) => {
      for (const code of this.#codes.values()) code.expires_at = at;
    },
    grant_revoked: ({ user_id, client_id }) => {
      for (const granted of [this.#tokens, this.#codes]) {
        for (const [hash, one] of granted) {
          if (one.user_id === user_id && one.client_id === client_id) granted.delete(hash);
        }
      }
    },
    code_spent: ({ code_hash }) => this.#codes.delete(code_hash),
  };

  /** @param {string} clientId */
  app(clientId) {
    return this.#apps.get(clientId);
  }

  /** @param {string} hash */
  token(hash) {
    return this.#tokens.get(hash);
  }

  /** @param {string} hash */
  code(hash) {
    return this.#codes.get(hash);
  }
}
