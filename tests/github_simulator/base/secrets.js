import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

/** @param {string} text */
export function sha256Hex(text) {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Compares without telling by its duration how much was right.
 * @param {string} a
 * @param {string} b
 */
export function sameSecret(a, b) {
  return timingSafeEqual(createHash('sha256').update(a).digest(),
                         createHash('sha256').update(b).digest());
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** @param {number} length */
export function randomAlphanumeric(length) {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 is the largest multiple of 62 in a byte: no letter is likelier than another.
      if (byte < 248 && text.length < length) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}

/** @typedef {{salt: string, hash: string}} PasswordHash */

/**
 * @param {string} password
 * @returns {PasswordHash}
 */
export function hashPassword(password) {
  const salt = randomBytes(16).toString('hex');
  return { salt, hash: derive(password, salt) };
}

/**
 * @param {string} password
 * @param {PasswordHash | null | undefined} stored
 */
export function passwordMatches(password, stored) {
  return !!stored && sameSecret(derive(password, stored.salt), stored.hash);
}

// Cheap parameters: every git request with a password pays for one derivation.
function derive(password, salt) {
  return scryptSync(password, salt, 32, { N: 1024, r: 8, p: 1 }).toString('hex');
}
