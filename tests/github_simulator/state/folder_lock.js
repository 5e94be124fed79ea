import net from 'node:net';
import path from 'node:path';
import { sha256Hex } from '../base/secrets.js';

/**
 * Keeps a second simulator away from the same folder. The lock is an abstract socket of Linux: it
 * goes away with the process, however that ends.
 * @param {string} folder
 * @returns {Promise<void>}
 */
export function holdFolder(folder) {
  const name = `\0kozmic-github-simulator-${sha256Hex(path.resolve(folder)).slice(0, 32)}`;
  return new Promise((resolve, reject) => {
    const lock = net.createServer((socket) => socket.destroy());
    lock.once('error', () => reject(new Error(`${folder} is in use by another simulator`)));
    lock.listen(name, () => {
      lock.unref();
      resolve();
    });
  });
}
