const TYPES = { 'ssh-ed25519': 2, 'ssh-rsa': 3 };
const LINE = /^(ssh-ed25519|ssh-rsa) +([A-Za-z\d+/]+={0,2})(?: +[^\r\n]*)?$/;
const ED25519_BYTES = 32;
const RSA_BYTES_LEAST = 256;

/**
 * An SSH public key in OpenSSH's one-line form, checked down to its parts.
 * @param {string} text
 * @returns {string | null} type and data without comment; null: it is none, or of no kind that is
 *   taken (Ed25519, RSA of 2048 bits or more)
 */
export function parsePublicKey(text) {
  const [, type, encoded] = LINE.exec(text.trim()) ?? [];
  if (!type) return null;
  const parts = readStrings(Buffer.from(encoded, 'base64'));
  if (parts?.length !== TYPES[type] || parts[0].toString() !== type) return null;
  const last = parts[parts.length - 1];
  // An RSA modulus is preceded by a zero byte: its first bit is always set.
  const isLongEnough = type === 'ssh-rsa' ? last.length > RSA_BYTES_LEAST
    : last.length === ED25519_BYTES;
  return isLongEnough ? `${type} ${encoded}` : null;
}

/** SSH's strings: length, then bytes, until the end. @returns {Buffer[] | null} */
function readStrings(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    parts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return parts;
}
