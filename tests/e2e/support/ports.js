import { once } from 'node:events';
import { createServer } from 'node:net';

// The kernel gives those above to outgoing connections, one of which could take it first.
const LOWEST = 10_000;
const HIGHEST = 32_767;
const TRIES = 1000;

/** A loopback port that was free a moment ago, at random, for programs that cannot choose one themselves. */
export async function freePort() {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('no port is free');
}

/** So many of them, each another. */
export async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
