import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandsOf, isKnown, listedCommands, variablesOf } from './names.js';

const names = (found) => found.map(({ name }) => name);

test('commands are found in text and code, also over two lines', () => {
  const text = '`./kozmic up` and\n\n    KOZMIC_A=b ./kozmic rotate-keys\n\n`./kozmic\nbackup FILE`';
  assert.deepEqual(commandsOf(text), [
    { name: 'up', line: 1 },
    { name: 'rotate-keys', line: 3 },
    { name: 'backup', line: 5 },
  ]);
});

test('the program alone, its options and other paths are no commands', () => {
  assert.deepEqual(commandsOf('what `./kozmic` does, ./kozmic --help, /a/./kozmic up'), []);
});

test('the commands are those that help begins a line with', () => {
  const help = 'Kozmic CI\n\n  ./kozmic up    start\n  ./kozmic rotate-keys   as ./kozmic test does\n      ./kozmic no\n';
  assert.deepEqual([...listedCommands(help)], ['up', 'rotate-keys']);
});

test('variables are found whole, and several by a star', () => {
  assert.deepEqual(names(variablesOf('KOZMIC_A=1 `KOZMIC_B_C_FILE`, KOZMIC_SMTP_*; MY_KOZMIC_D, kozmic_e, KOZMIC_')), [
    'KOZMIC_A', 'KOZMIC_B_C_FILE', 'KOZMIC_SMTP_*',
  ]);
});

test('a variable is known by itself, by its file, and with others by how they begin', () => {
  const known = new Set(['KOZMIC_SMTP_HOST', 'KOZMIC_AUTH_FILE']);
  for (const name of ['KOZMIC_SMTP_HOST', 'KOZMIC_SMTP_HOST_FILE', 'KOZMIC_AUTH_FILE', 'KOZMIC_SMTP_*']) {
    assert.ok(isKnown(name, known), name);
  }
  for (const name of ['KOZMIC_SMTP', 'KOZMIC_AUTH', 'KOZMIC_MAIL_*']) assert.ok(!isKnown(name, known), name);
});
