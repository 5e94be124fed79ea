import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const SSHD = '/usr/sbin/sshd';
const WRAPPER = 'libnss_wrapper.so';
const PRIVILEGE_SEPARATION = '/run/sshd'; // as Debian's sshd is built

/** Throws when there is not all that it takes to run sshd. */
function checkPackages() {
  if (!fs.existsSync(SSHD)) throw new Error(`${SSHD} is missing (Debian: openssh-server)`);
  const { stderr } = spawnSync('/bin/true', { env: { LD_PRELOAD: WRAPPER } });
  if (stderr?.length) throw new Error(`${WRAPPER} is missing (Debian: libnss-wrapper)`);
}

/**
 * The files that sshd is run with, all below one folder. sshd sees one account, `git`, which is
 * whoever runs the simulator, but with a shell: so it needs neither a system user nor a root who may
 * log in.
 */
export class Installation {
  /** Throws where sshd cannot be run. @param {string} folder */
  constructor(folder) {
    checkPackages();
    if (/['"\\\n]/.test(folder)) throw new Error(`git over SSH does not work below ${folder}`);
    this.folder = folder;
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, gid } = os.userInfo();
    if (uid === 0) fs.mkdirSync(PRIVILEGE_SEPARATION, { recursive: true, mode: 0o755 });
    if (!fs.existsSync(this.#file('host_key'))) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '',
                                  '-f', this.#file('host_key')]);
    }
    this.#write('passwd', `git:x:${uid}:${gid}::${folder}:/bin/sh\n` +
                          `sshd:x:65534:65534::${PRIVILEGE_SEPARATION}:/usr/sbin/nologin\n`);
    this.#write('group', `git:x:${gid}:\n`);
    this.#write('sshd_config', [
      `HostKey ${this.#file('host_key')}`,
      `AuthorizedKeysFile ${this.#file('authorized_keys')}`,
      'AllowUsers git',
      'AuthenticationMethods publickey',
      'PermitRootLogin forced-commands-only',
      'StrictModes no',
      'UsePAM no',
      'UseDNS no',
      'AcceptEnv GIT_PROTOCOL',
      'DisableForwarding yes',
      'PermitTTY no',
      'PermitUserRC no',
      'PrintMotd no',
      'PrintLastLog no',
      'LoginGraceTime 30',
      'ClientAliveInterval 15',
      'LogLevel ERROR',
      '',
    ].join('\n'));
  }

  /** The host key's public half: type and data. */
  hostKey() {
    return fs.readFileSync(this.#file('host_key.pub'), 'utf8').trim().split(' ', 2).join(' ');
  }

  /**
   * Lets exactly these keys in, each to its own session.
   * @param {import('../state/deploy_keys.js').DeployKey[]} keys
   */
  authorize(keys) {
    const script = new URL('./session.js', import.meta.url).pathname;
    const lines = keys.map(({ id, key }) => `restrict,command="'${process.execPath}' '${script}' '${
      this.folder}' ${id}" ${key}\n`);
    this.#write('authorized_keys', lines.join(''));
  }

  /** How sshd is run for one connection, which is its standard input and output. */
  command() {
    return {
      file: SSHD, args: ['-i', '-e', '-f', this.#file('sshd_config')],
      env: { PATH: '/usr/bin:/bin', LD_PRELOAD: WRAPPER, NSS_WRAPPER_PASSWD: this.#file('passwd'),
             NSS_WRAPPER_GROUP: this.#file('group') },
    };
  }

  /** @returns {number} what sshd complains about goes there */
  openLog() {
    return fs.openSync(this.#file('sshd.log'), 'a', 0o600);
  }

  #file(name) {
    return path.join(this.folder, name);
  }

  #write(name, content) {
    fs.writeFileSync(`${this.#file(name)}.new`, content, { mode: 0o600 });
    fs.renameSync(`${this.#file(name)}.new`, this.#file(name));
  }
}
