// What the Docker engine alone needs: create and start a container of the same image as a job's
// until its first output, which is the time at which it made it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One call of the Engine API. */
function call(socketPath, method, path, body) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const request = http.request({
      socketPath, method, path,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    }, (answer) => {
      let got = '';
      answer.on('data', (chunk) => { got += chunk; });
      answer.on('end', () => {
        if (answer.statusCode >= 400) return reject(new Error(`${method} ${path}: ${got}`));
        return resolve(got ? JSON.parse(got) : null);
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

/** Milliseconds from the first API call until the container's first output. */
export async function engineFloor(engine, image) {
  const socket = engine.replace('unix://', '');
  const folder = await mkdtemp(join(tmpdir(), 'kozmic-floor-'));
  const begun = performance.timeOrigin + performance.now();
  const { Id: id } = await call(socket, 'POST', '/containers/create', {
    Image: image,
    Cmd: ['/bin/sh', '-c', 'date +%s.%N >/out/time'],
    HostConfig: { Binds: [`${folder}:/out`], LogConfig: { Type: 'none' } },
  });
  try {
    await call(socket, 'POST', `/containers/${id}/start`);
    await call(socket, 'POST', `/containers/${id}/wait`);
    return Number(await readFile(join(folder, 'time'), 'utf8')) * 1000 - begun;
  } finally {
    await call(socket, 'DELETE', `/containers/${id}?force=1`);
    await rm(folder, { recursive: true, force: true });
  }
}
