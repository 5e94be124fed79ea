/** GitHub's grammar of names. What does not match never reaches a file path or a command. */

const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;
const REPOSITORY = /^[A-Za-z\d._-]{1,100}$/;
const SLUG = /^[a-z\d](?:[a-z\d_-]{0,98}[a-z\d])?$/;
const RESERVED_LOGINS = new Set(['api', 'assets', 'avatars', 'login', 'repos']);
const FULL_SHA = /^[0-9a-f]{40}$/;

/** @param {string} name */
export function isLogin(name) {
  return LOGIN.test(name) && !RESERVED_LOGINS.has(name.toLowerCase());
}

/** Of a team. @param {string} text */
export function isSlug(text) {
  return SLUG.test(text);
}

/** @param {string} name */
export function isRepositoryName(name) {
  return REPOSITORY.test(name) && name !== '.' && name !== '..' && !/\.git$/i.test(name);
}

/** @param {string} text */
export function isFullSha(text) {
  return FULL_SHA.test(text);
}

/**
 * Whether `text` may be looked up as a branch, tag or commit: a plain name, without any of git's
 * revision operators (`~`, `^`, `:`, `@{`, `..`) and not like an option.
 * @param {string} text
 */
export function isPlainRef(text) {
  return text.length <= 255 && /^[^-/\x00-\x20\x7f~^:?*[\\][^\x00-\x20\x7f~^:?*[\\]*$/.test(text) &&
         !text.includes('..') && !text.includes('@{') && !text.includes('//') &&
         !text.endsWith('/') && !text.endsWith('.lock');
}
