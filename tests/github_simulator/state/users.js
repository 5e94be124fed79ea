/**
 * @typedef {object} User
 * @property {number} id
 * @property {string} login
 * @property {string} name
 * @property {string} email
 * @property {import('../base/secrets.js').PasswordHash | null} password
 * @property {boolean} suspended may neither sign in nor use tokens
 * @property {number} created_at ms
 */

export class Users {
  /** @type {Map<number, User>} */
  #byId = new Map();
  #byLogin = new Map();
  #byEmail = new Map();
  #lastId = 583_230;

  handlers = {
    user_created: ({ user: created }) => {
      const user = { suspended: false, ...created };
      this.#byId.set(user.id, user);
      this.#byLogin.set(user.login.toLowerCase(), user);
      this.#byEmail.set(user.email.toLowerCase(), user);
      this.#lastId = Math.max(this.#lastId, user.id);
    },
    user_changed: ({ user_id, changes }) => {
      const user = this.get(user_id);
      this.#byLogin.delete(user.login.toLowerCase());
      this.#byEmail.delete(user.email.toLowerCase());
      Object.assign(user, changes);
      this.#byLogin.set(user.login.toLowerCase(), user);
      this.#byEmail.set(user.email.toLowerCase(), user);
    },
  };

  nextId() {
    return this.#lastId + 1;
  }

  all() {
    return [...this.#byId.values()];
  }

  /** @param {number} id @returns {User} */
  get(id) {
    const user = this.#byId.get(id);
    if (!user) throw new Error(`no user ${id}`);
    return user;
  }

  /** @param {string} login @returns {User | undefined} */
  find(login) {
    return this.#byLogin.get(login.toLowerCase());
  }

  /** @param {string} email @returns {User | undefined} */
  findByEmail(email) {
    return this.#byEmail.get(email.toLowerCase());
  }
}
