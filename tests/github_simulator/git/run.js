import { spawn } from 'node:child_process';

const TIMEOUT_MS = 60_000;
const OUTPUT_CAP = 256 * 1024 * 1024;

/** Nothing of the machine's or the user's git configuration has a say here. */
export function gitEnvironment() {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
}

/**
 * Runs git, never through a shell. Rejects when it fails.
 * @param {string[]} args
 * @param {{input?: string | Buffer}} [options]
 * @returns {Promise<Buffer>} standard output
 */
export function git(args, { input = '' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { env: gitEnvironment(), timeout: TIMEOUT_MS });
    const output = [];
    let size = 0;
    let complaint = '';
    child.stdout.on('data', (chunk) => {
      output.push(chunk);
      if ((size += chunk.length) > OUTPUT_CAP) child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(0, 4096)));
    child.stdin.on('error', () => {}); // it may end before it has read everything
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new Error(`git ${args.join(' ')}: ${signal ?? code}: ${complaint.trim()}`));
    });
    child.stdin.end(input);
  });
}
