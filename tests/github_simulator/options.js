import { parseArgs } from 'node:util';

export const USAGE = 'usage: node main.js --listen HOST:PORT --data DIR [--seed FILE.json] ' +
                     '[--public-url URL]';

/**
 * @param {string[]} args
 * @returns {import('./simulator.js').Options}
 */
export function parseOptions(args) {
  const { values } = parseArgs({ args, options: {
    'listen': { type: 'string' }, 'data': { type: 'string' }, 'seed': { type: 'string' },
    'public-url': { type: 'string' },
  } });
  const [, host, port] = /^\[?([\w.:-]+?)\]?:(\d{1,5})$/.exec(values.listen ?? '') ?? [];
  if (!host || Number(port) > 65535) throw new Error('--listen must be HOST:PORT');
  if (!values.data) throw new Error('--data is missing');
  const publicUrl = values['public-url'];
  if (publicUrl !== undefined && !/^https?:\/\/[^/]+\/?$/.test(publicUrl)) {
    throw new Error('--public-url must be like http://host:port');
  }
  return { host, port: Number(port), data: values.data, seed: values.seed ?? null,
           publicUrl: publicUrl?.replace(/\/$/, '') ?? null };
}
