// What ./kozmic and tools/client.sh do before the commands run.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const KOZMIC = join(dirname(fileURLToPath(import.meta.url)), '../../kozmic');
const COMMANDS = ['builds', 'watch', 'log', 'trigger', 'cancel', 'restart'];

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'kozmic-client-'));
  for (const name of ['bash', 'cut', 'dirname', 'readlink', 'sed', 'sha256sum']) {
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(folder, name));
  }
  program('id', 'echo 1000');
  program('sudo', 'echo "sudo was asked"');
});
after(() => rmSync(folder, { recursive: true }));

function program(name, script) {
  rmSync(join(folder, name), { force: true });
  writeFileSync(join(folder, name), `#!${folder}/bash\n${script}\n`, { mode: 0o755 });
}

/** As somebody who is not root, on a machine that has little. */
function kozmic(...argv) {
  const env = { PATH: folder, HOME: folder, KOZMIC_STATE: join(folder, 'state') };
  return new Promise((resolve) => {
    execFile(join(folder, 'bash'), [KOZMIC, ...argv], { env, encoding: 'utf8' }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
  });
}

test('the commands need no root, and make no state', async () => {
  program('node', `exec "${process.execPath}" "$@"`);
  for (const command of COMMANDS) {
    const { code, out, err } = await kozmic(command);
    assert.deepEqual([code, out], [2, ''], command);
    assert.match(err, new RegExp(`^kozmic: ${command}: .* \\./kozmic ${command} --help\n$`));
  }
  assert.ok(!existsSync(join(folder, 'state')));
});

test('their help is told without Node.js, and lists them all', async () => {
  rmSync(join(folder, 'node'), { force: true });
  for (const argv of [['help', 'watch'], ['log', '--help'], ['trigger', '1', '-h']]) {
    const { code, out } = await kozmic(...argv);
    assert.equal(code, 0);
    for (const command of COMMANDS) assert.match(out, new RegExp(`^\\./kozmic ${command} `, 'm'));
    assert.ok(out.split('\n').every((line) => line.length <= 80));
  }
});

test('without Node.js, or with one that is too old, it is said what is missing', async () => {
  rmSync(join(folder, 'node'), { force: true });
  const none = await kozmic('builds', '1');
  assert.equal(none.code, 3);
  assert.match(none.err, /^kozmic: this needs Node\.js 18 or newer, and none is here;/);
  program('node', 'echo v16.20.2');
  const old = await kozmic('builds', '1');
  assert.equal(old.code, 3);
  assert.match(old.err, /only 16\.20\.2 is here/);
});

test('what is installed for the server is taken before the machine\'s', async () => {
  program('node', 'echo v16.20.2');
  const bin = join(folder, 'state/node/bin');
  execFileSync('mkdir', ['-p', bin]);
  symlinkSync(process.execPath, join(bin, 'node'));
  assert.equal((await kozmic('builds')).code, 2);
  rmSync(join(folder, 'state'), { recursive: true });
});
