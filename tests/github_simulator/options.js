import { parseArgs } from 'node:util';

export const USAGE = 'usage: node main.js --listen HOST:PORT --data DIR [--seed FILE.json] ' +
                     '[--public-url URL] [--ssh auto|required|off] [--ssh-port PORT] ' +
                     '[--check-contract]';

/**
 * @param {string[]} args
 * @returns {import('./simulator.js').Options}
 */
export function parseOptions(args) {
  const { values } = parseArgs({ args, options: {
    'listen': { type: 'string' }, 'data': { type: 'string' }, 'seed': { type: 'string' },
    'public-url': { type: 'string' }, 'ssh': { type: 'string' }, 'ssh-port': { type: 'string' },
    'check-contract': { type: 'boolean' },
  } });
  const [, host, port] = /^\[?([\w.:-]+?)\]?:(\d{1,5})$/.exec(values.listen ?? '') ?? [];
  if (!host || Number(port) > 65535) throw new Error('--listen must be HOST:PORT');
  if (!values.data) throw new Error('--data is missing');
  const publicUrl = values['public-url'];
  if (publicUrl !== undefined && !/^https?:\/\/[^/]+\/?$/.test(publicUrl)) {
    throw new Error('--public-url must be like http://host:port');
  }
  const ssh = values.ssh ?? 'auto';
  if (!['auto', 'required', 'off'].includes(ssh)) {
    throw new Error('--ssh must be auto, required or off');
  }
  const sshPort = Number(values['ssh-port'] ?? 0);
  if (!Number.isInteger(sshPort) || sshPort < 0 || sshPort > 65535) {
    throw new Error('--ssh-port must be a port');
  }
  return { host, port: Number(port), data: values.data, seed: values.seed ?? null,
           publicUrl: publicUrl?.replace(/\/$/, '') ?? null, ssh, sshPort,
           checkContract: values['check-contract'] === true };
}
