import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SimulatorProcess, TOKENS } from '../testing/simulator_process.js';
import { WorkingCopy, git } from '../testing/working_copy.js';

let simulator;
before(async () => (simulator = await SimulatorProcess.start()));
after(() => simulator.dispose());

const withCredentials = (name, password, repository) =>
  `http://${name}:${password}@127.0.0.1:${simulator.port}/${repository}.git`;

const lsRemote = (url) => git(os.tmpdir(), ['ls-remote', url]);

test('a public repository can be cloned by anybody, with and without .git', async () => {
  for (const url of [`${simulator.url}/octo/hello.git`, `${simulator.url}/OCTO/hello`]) {
    assert.match(await lsRemote(url), /refs\/heads\/main/);
  }
});

test('a private one with a token or a password of somebody who may', async () => {
  for (const [name, password] of [['x-access-token', TOKENS.octo], ['octo', TOKENS.octo],
                                  [TOKENS.octo, 'x-oauth-basic'], ['octo', 'octo-password']]) {
    assert.match(await lsRemote(withCredentials(name, password, 'octo/vault')), /refs\/heads\/main/);
  }
  await assert.rejects(lsRemote(`${simulator.url}/octo/vault.git`), /could not read Username/);
  await assert.rejects(lsRemote(withCredentials('octo', 'wrong', 'octo/vault')),
                       /Authentication failed/);
  await assert.rejects(lsRemote(withCredentials('mona', 'mona-password', 'octo/vault')),
                       /not found/);
});

test('pushing needs the right, or a repository that asks for no password', async () => {
  const copy = await WorkingCopy.clone(`${simulator.url}/octo/hello.git`);
  await copy.commit('Change', { 'x.txt': 'x' });
  const push = (url, branch) => copy.git('push', '--quiet', url, `HEAD:refs/heads/${branch}`);
  const pusher = async (branch) => (await simulator.journalEntry(
    (entry) => entry.type === 'pushed' && entry.ref === `refs/heads/${branch}`)).pusher;

  await push(`${simulator.url}/octo/hello.git`, 'anonymous');
  assert.equal(await pusher('anonymous'), 'octo');
  await push(withCredentials('octo', 'octo-password', 'mona/shared'), 'collaborator');
  assert.equal(await pusher('collaborator'), 'octo');
  await assert.rejects(push(withCredentials('octo', TOKENS.octo, 'mona/own'), 'x'), /403/);
  await assert.rejects(push(`${simulator.url}/mona/shared.git`, 'x'), /could not read Username/);
  await copy.dispose();
});

test('a push larger than any buffer, and a fetch of one commit by its id', async () => {
  const copy = await WorkingCopy.clone(`${simulator.url}/octo/hello.git`);
  const noise = Buffer.alloc(3_000_000);
  for (let i = 0; i < noise.length; i++) noise[i] = (i * i * 2654435761) >>> 13;
  await fs.writeFile(path.join(copy.folder, 'big.bin'), noise);
  const sha = await copy.commit('Large', {});
  await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/large');
  await copy.git('push', '--quiet', 'origin', ':refs/heads/large');

  const other = await WorkingCopy.clone(`${simulator.url}/octo/hello.git`);
  await other.git('fetch', '--quiet', '--depth=1', 'origin', sha);
  assert.equal(await other.git('rev-parse', 'FETCH_HEAD'), sha, 'though no ref leads there now');
  await Promise.all([copy.dispose(), other.dispose()]);
});

test('compressed request bodies are understood, others refused', async () => {
  const body = gzipSync('0014command=ls-refs\n0000');
  const ask = (encoding) => fetch(`${simulator.url}/octo/hello.git/git-upload-pack`, {
    method: 'POST', body, headers: {
      'content-type': 'application/x-git-upload-pack-request', 'git-protocol': 'version=2',
      'content-encoding': encoding,
    },
  });
  const answer = await ask('gzip');
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /refs\/heads\/main/);
  assert.equal((await ask('br')).status, 415);
});

test('no other service, and not the dumb protocol', async () => {
  for (const target of ['/octo/hello.git/info/refs', '/octo/hello.git/info/refs?service=git-evil',
                        '/octo/hello.git/info/refs?service=constructor']) {
    assert.equal((await fetch(simulator.url + target)).status, 403);
  }
  for (const target of ['/octo/hello.git/HEAD', '/octo/hello.git/config',
                        '/octo/hello.git/objects/info/packs']) {
    assert.equal((await fetch(simulator.url + target)).status, 404);
  }
});

/** Sends a path as it is: a well-behaved client would tidy it up first. */
function rawStatus(target) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(simulator.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Number(answer.split(' ')[1])));
    socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\nAuthorization: Bearer ${
      TOKENS.octo}\r\nConnection: close\r\n\r\n`);
  });
}

for (const target of [
  '/../journal.jsonl', '/octo/../../journal.jsonl', '/octo/%2e%2e%2f%2e%2e%2fjournal.jsonl',
  '/%2e%2e/%2e%2e/info/refs?service=git-upload-pack',
  '/octo/..%2f..%2fetc/info/refs?service=git-upload-pack',
  '/octo/hello.git%2f..%2fvault.git/tree/main', '/octo/hello%00/info', '/assets/../main.js',
  '/assets/..%2fmain.js', '/avatars/u/..%2f1', '/api/v3/repos/octo/hello/../vault',
  '/api/v3/repos/../octo/hello', '//octo/hello', '/octo/hello/commit/--help',
  '/octo/hello/commit/HEAD:README.md', '/octo/hello/tree/../../vault',
]) {
  test(`${target} leads nowhere`, async () => {
    const status = await rawStatus(target);
    assert.ok([401, 404].includes(status), String(status));
  });
}
