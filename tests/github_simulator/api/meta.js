import { createHash } from 'node:crypto';
import { json } from '../http/answer.js';
import { endpoint } from './endpoint.js';

const HERE = ['127.0.0.0/8'];

/** @param {import('../simulator.js').Simulator} sim */
export function metaRoutes(sim) {
  return [
    endpoint(sim, {
      method: 'GET', path: '/meta', anonymous: true, docs: 'meta/meta#get-apiname-meta-information',
    }, async () => json(200, {
      verifiable_password_authentication: false,
      ...(sim.ssh && hostKeys(sim.ssh.hostKey)),
      hooks: HERE, web: HERE, api: HERE, git: HERE,
      packages: [], pages: [], importer: [], actions: [], dependabot: [],
    })),
  ];
}

function hostKeys(key) {
  const fingerprint = createHash('sha256').update(Buffer.from(key.split(' ')[1], 'base64'))
    .digest('base64').replace(/=+$/, '');
  return { ssh_key_fingerprints: { SHA256_ED25519: fingerprint }, ssh_keys: [key] };
}
