// What is asked about the made-up logs: their bytes, when those were written, and which of them say something.
import { error, json } from './mock_http.mjs';
import { builds, logs, sha256 } from './mock_data.mjs';

const E = '\x1b';
const STARTED = Date.UTC(2026, 10, 29, 12, 0, 0);
const LINE_MS = 250;
const SGR = new RegExp(`${E}\\[[\\d;:]*m`, 'g');

/** A log in groups of every kind; one that fails says why in the middle. */
export function groupedLog(failed) {
  const out = ['Pulling the image', '--- Install', ...numbered('Unpacking package', 40), '::group::Versions', 'cc 14.2', 'cmake 3.31', '::endgroup::'];
  out.push(`--- ${E}[1mBuild${E}[0m`, ...numbered('Compiling module', 3000));
  if (failed) out.push(`${E}[31msrc/main.cc:3:1: error: expected ‘;’${E}[0m`);
  out.push('--- a/x.c', '+++ b/x.c', '@@ -1 +1 @@', '+++ Test', ...numbered('ok', 5), '--- Cleanup', ...numbered('Removing file', 30));
  if (failed) out.push('make: *** [Makefile:3: all] Error 2');
  return Buffer.from(`${out.join('\n')}\n`);
}

const numbered = (words, count) => Array.from({ length: count }, (_, i) => `${words} ${i + 1}`);

/** Every line is a quarter of a second after the one before; pages are small. */
function times(response, log, offset) {
  const marks = [];
  let line = 0;
  let last = [0, 0];
  for (let at = 0; at >= 0 && at < log.bytes.length; at = log.bytes.indexOf(10, at) + 1 || -1) {
    if (at >= offset) {
      const time = STARTED + line * LINE_MS;
      marks.push(at - last[0], time - last[1]);
      last = [at, time];
    }
    line++;
    if (marks.length >= 1000) return json(response, 200, { marks, next_offset: last[0] + 1 });
  }
  return json(response, 200, { marks, next_offset: log.bytes.length });
}

/** Answers the log of a job, its bytes or their times. */
export function answerLog(response, id, what, query) {
  const log = logs.get(id);
  if (!log) return error(response, 404, 'not_found', 'There is no such log.');
  const offset = Number(query.get('offset') ?? 0);
  if (what === 'times') return times(response, log, offset);
  // Of a finished one it stays the same, and takes long for a long one.
  const digest = log.sealed && (log.digest ??= sha256(log.bytes));
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff',
    'kozmic-log-offset': offset, 'kozmic-log-size': log.bytes.length,
    ...(log.sealed && { 'kozmic-log-sealed': 'true', 'kozmic-log-sha256': digest, etag: `"${digest}"` }),
  });
  return response.end((log.damaged ?? log.bytes).subarray(offset));
}

/** Looks through the logs of some builds at a time, as the service does for some seconds at a time. */
export function searchLogs(response, project, query) {
  const q = query.get('q') ?? '';
  let pattern;
  try {
    const source = query.get('regex') === 'true' ? q : q.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    pattern = new RegExp(source, query.get('match_case') === 'true' ? '' : 'i');
  } catch {
    return error(response, 400, 'bad_query', 'q is no regular expression: missing closing ).');
  }
  const from = Number(query.get('page_token') ?? 0);
  const list = builds.get(project.id);
  const lines = [];
  for (const build of list.slice(from, from + 3)) {
    for (const job of build.jobs.filter((one) => one.log)) {
      let offset = 0;
      logs.get(job.log.id).bytes.toString().split('\n').forEach((text, index) => {
        const plain = text.replaceAll(SGR, '');
        const match = pattern.exec(plain);
        if (match && match[0] !== '') {
          lines.push({
            build: build.number, job: job.number, attempt: job.attempt, line: index + 1, offset,
            before: plain.slice(Math.max(0, match.index - 60), match.index), match: match[0],
            after: plain.slice(match.index + match[0].length, match.index + match[0].length + 60),
          });
        }
        offset += Buffer.byteLength(text) + 1;
      });
    }
  }
  return json(response, 200, { lines, unreadable_logs: [], next_page_token: from + 3 < list.length ? String(from + 3) : null });
}
