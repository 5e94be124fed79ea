/** Something in a seed that cannot be planted. */
export class SeedError extends Error {}

/**
 * @param {unknown} condition
 * @param {string} message
 * @returns {asserts condition}
 */
export function check(condition, message) {
  if (!condition) throw new SeedError(`seed: ${message}`);
}
