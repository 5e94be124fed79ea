// The gateway speaks TLS without a proxy.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from './support/ports.js';

const run = promisify(execFile);

/** `world` is filled before the first test runs: installation. */
export function tls(world) {
  const folder = mkdtempSync(join(tmpdir(), 'kozmic-tls-'));
  const off = { KOZMIC_TLS_LISTEN: '', KOZMIC_TLS_CERTIFICATE: '', KOZMIC_TLS_KEY: '' };
  after(async () => {
    await world.installation.kozmicWith(off, 'up');
    rmSync(folder, { recursive: true, force: true });
  }, { timeout: 5 * 60_000 });

  test('with a certificate the gateway speaks TLS besides, with the same limits and answers', async () => {
    const { installation } = world;
    chmodSync(folder, 0o755);
    await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
      '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost',
      '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')]);
    const port = await freePort();
    const settings = {
      KOZMIC_TLS_LISTEN: `127.0.0.1:${port}`, KOZMIC_TLS_CERTIFICATE: join(folder, 'certificate.pem'),
      KOZMIC_TLS_KEY: join(folder, 'key.pem'),
    };
    // The gateway is not root.
    await assert.rejects(installation.kozmicWith(settings, 'up'), /KOZMIC_TLS_KEY: the account kozmic/);
    chmodSync(join(folder, 'key.pem'), 0o644);
    await installation.kozmicWith(settings, 'up');

    const curl = (...args) => run('curl', ['--silent', '--show-error', '--max-time', '20',
      '--cacert', join(folder, 'certificate.pem'), ...args]);
    // By a host that it answers for.
    const host = new URL(installation.gateway).host;
    const url = `https://localhost:${port}`;
    assert.equal((await curl(`${url}/healthz`)).stdout, '{"status":"ok"}');
    const { stdout } = await curl('--header', `Host: ${host}`, `${url}/api/openapi.json`);
    assert.equal(stdout, await (await fetch(`${installation.gateway}/api/openapi.json`)).text());
    // More than that request may have.
    writeFileSync(join(folder, 'big'), 'a'.repeat(1 << 20));
    const refused = await curl('--header', `Host: ${host}`, '--header', 'Content-Type: application/json',
      '--data-binary', `@${join(folder, 'big')}`, '--output', '/dev/null', '--write-out', '%{http_code}', `${url}/api/v1/projects`);
    assert.match(refused.stdout, /^4/);
    await assert.rejects(run('curl', ['--silent', '--max-time', '20', '--tls-max', '1.1', '--insecure', `${url}/healthz`]));
  });
}
