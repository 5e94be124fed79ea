/** Larger logs are not held in memory as a whole. */
export const MOST_VERIFIED = 64 * 1024 * 1024;

export type Verdict = { kind: 'same' } | { kind: 'differs'; size: number; sha256: string };

/** Only in secure contexts: https, or this very computer. */
export function canVerify(size: number): boolean {
  return size <= MOST_VERIFIED && typeof crypto !== 'undefined' && crypto.subtle !== undefined;
}

/** Holds bytes against what they should be. */
export async function verify(
  bytes: Uint8Array<ArrayBuffer>,
  expected: { size: number; sha256: string },
): Promise<Verdict> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (bytes.length === expected.size && sha256 === expected.sha256.toLowerCase()) return { kind: 'same' };
  return { kind: 'differs', size: bytes.length, sha256 };
}
