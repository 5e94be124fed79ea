// The made-up live stream: who watches what, and logs that grow meanwhile.
import { builds, logs, sha256 } from './mock_data.mjs';
import { error } from './mock_http.mjs';
import { bytesOfLines, longLog } from './mock_long_logs.mjs';

/** Of a log in one event, as in the gateway. */
const EVENT_BYTES = 32 * 1024;
const FLOOD_MS = 50;

const streams = new Set();
setInterval(() => streams.forEach((stream) => stream.response.write(': heartbeat\n\n')), 10_000);

function send(stream, event, data, id) {
  stream.response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** Tells all who watch it that a build has changed. */
export function touch(build) {
  build.revision++;
  for (const stream of streams) {
    if (stream.projects.has(build.project_id)) {
      send(stream, 'project', { project_id: build.project_id, revision: build.revision, builds: [build] });
    }
  }
}

/** Sends what its logs have more, as far as it is taken. */
function pump(stream) {
  for (const [id, offset] of stream.logs) {
    const log = logs.get(id);
    if (!log) continue;
    let at = offset;
    while (at < log.bytes.length && !stream.response.writableNeedDrain) {
      const part = log.bytes.subarray(at, at + EVENT_BYTES);
      stream.logs.set(id, at + part.length);
      send(stream, 'log', { log: id, offset: at, bytes: part.toString('base64') }, [...stream.logs.values()].join());
      at += part.length;
    }
    if (log.sealed && at === log.bytes.length) {
      send(stream, 'log_end', { log: id, size: log.bytes.length, sha256: sha256(log.bytes), expired: false });
      stream.logs.delete(id);
    }
  }
}

export function pumpAll() {
  for (const stream of streams) pump(stream);
}

export function append(id, text) {
  const log = logs.get(id);
  log.bytes = Buffer.concat([log.bytes, Buffer.from(text)]);
  pumpAll();
}

/** Has a log grow by `lines` lines at `rate` a second; without a rate as fast as they are taken. */
export function flood(id, lines, rate, words) {
  const log = logs.get(id);
  const before = log.bytes.length;
  // All there is, so that it costs nothing while it is let out.
  const all = Buffer.concat([log.bytes, longLog(lines, words)]);
  const began = performance.now();
  let [out, end] = [0, before];
  const timer = setInterval(() => {
    const due = rate ? Math.min(lines, Math.floor(((performance.now() - began) / 1000) * rate)) : lines;
    end = due === lines ? all.length : bytesOfLines(all, due - out, end);
    out = due;
    log.bytes = all.subarray(0, end);
    pumpAll();
    if (out === lines) clearInterval(timer);
  }, FLOOD_MS);
}

export function breakStreams() {
  streams.forEach((stream) => stream.response.destroy());
}

export function openStream(request, response, query) {
  const entry = { response, projects: new Set(query.getAll('project').map(Number)), logs: new Map() };
  for (const value of query.getAll('log')) {
    const parts = /^(\d+\/\d+\/\d+\/\d+)@(\d+)$/.exec(value);
    if (!parts) return error(response, 400, 'bad_log', 'log must be <id>@<offset>');
    entry.logs.set(parts[1], Number(parts[2]));
  }
  if (entry.projects.size + entry.logs.size > 40) return error(response, 400, 'too_many', 'at most 40');
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': hello\n\n');
  streams.add(entry);
  request.on('close', () => streams.delete(entry));
  response.on('drain', () => pump(entry));
  for (const id of entry.projects) {
    if (builds.has(id)) send(entry, 'project', { project_id: id, revision: 1, builds: builds.get(id).slice(0, 10) });
  }
  pump(entry);
  return undefined;
}
