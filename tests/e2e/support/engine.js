// The Docker engine that jobs run on, by its own API.
import { existsSync, readdirSync } from 'node:fs';
import http from 'node:http';

/** One call of the Docker Engine API. Answers that stream are collected. */
export function engineCall(socketPath, method, path, { body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const call = http.request({
      socketPath, method, path, timeout: 60_000,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => { text += chunk; });
      answer.on('end', () => {
        const failed = answer.statusCode >= 400 || /"error":/.test(text);
        if (failed) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        else resolve(text);
      });
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Removes what install scripts led to, which is there for the next job of the same. */
export async function removeInstalls(socketPath) {
  const filter = encodeURIComponent(JSON.stringify({ label: ['kozmic.cache'] }));
  for (const { Id } of JSON.parse(await engineCall(socketPath, 'GET', `/images/json?filters=${filter}`))) {
    await engineCall(socketPath, 'DELETE', `/images/${Id}?force=1`);
  }
}

/** What jobs have left behind: containers, volumes, networks of ours, and folders in `work`. */
export async function leftovers(socketPath, work) {
  const filter = encodeURIComponent(JSON.stringify({ label: ['kozmic.attempt'] }));
  const get = async (path) => JSON.parse(await engineCall(socketPath, 'GET', path));
  const containers = await get(`/containers/json?all=1&filters=${filter}`);
  const volumes = await get(`/volumes?filters=${filter}`);
  const networks = await get(`/networks?filters=${filter}`);
  return [
    ...containers.map((one) => `container ${one.Names}`),
    ...networks.map((one) => `network ${one.Name}`),
    ...(volumes.Volumes ?? []).map((one) => `volume ${one.Name}`),
    ...(existsSync(work) ? readdirSync(work) : [])
      .filter((name) => name !== 'kozmic-init').map((name) => `folder ${name}`),
  ];
}
