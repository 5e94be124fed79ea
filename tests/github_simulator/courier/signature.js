import { createHmac } from 'node:crypto';

/**
 * The signature headers; none without a secret.
 * @param {string} body
 * @param {string | undefined} secret
 * @returns {Record<string, string>}
 */
export function signatureHeaders(body, secret) {
  if (!secret) return {};
  const sign = (algorithm) => createHmac(algorithm, secret).update(body).digest('hex');
  return {
    'X-Hub-Signature': `sha1=${sign('sha1')}`,
    'X-Hub-Signature-256': `sha256=${sign('sha256')}`,
  };
}
