// Debian's docker-registry, which wants a user name and a password.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.js';
import { waitFor } from './wait.js';

export const USER = 'ann';
export const PASSWORD = 'e2e-registry-password';
// As htpasswd -B makes it of the password.
const HASH = '$2y$05$abcdefghijklmnopqrstuu8/Ya828wyQYZ5N8xvgj5G9hCvj4r/RS';

export async function startRegistry() {
  const folder = mkdtempSync(join(tmpdir(), 'kozmic-e2e-registry-'));
  const address = `127.0.0.1:${await freePort()}`;
  writeFileSync(join(folder, 'htpasswd'), `${USER}:${HASH}\n`);
  writeFileSync(join(folder, 'config.yml'), `version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: ${folder}/data}}
http: {addr: "${address}"}
auth: {htpasswd: {realm: test, path: ${folder}/htpasswd}}
`);
  const registry = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  await waitFor('the registry', async () =>
    (await fetch(`http://${address}/v2/`).catch(() => null))?.status === 401);
  return {
    /** host:port */
    address,
    /** For the engine's own calls. */
    auth: Buffer.from(JSON.stringify({ username: USER, password: PASSWORD })).toString('base64')
      .replaceAll('+', '-').replaceAll('/', '_'),
    async stop() {
      registry.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
