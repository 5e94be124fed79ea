import { generateKeyPairSync } from 'node:crypto';

/** A fresh public key in OpenSSH's form. */
export function ed25519Key() {
  const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return line('ssh-ed25519', [Buffer.from(x, 'base64url')]);
}

/** @param {number} bits */
export function rsaKey(bits) {
  const { n, e } = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey
    .export({ format: 'jwk' });
  return line('ssh-rsa', [Buffer.from(e, 'base64url'),
                          Buffer.concat([Buffer.of(0), Buffer.from(n, 'base64url')])]);
}

function line(type, parts) {
  const strings = [Buffer.from(type), ...parts].map((bytes) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  });
  return `${type} ${Buffer.concat(strings).toString('base64')}`;
}
