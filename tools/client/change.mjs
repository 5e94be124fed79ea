// ./kozmic cancel and ./kozmic restart, of a build or one job of it.
import { Api } from './api.mjs';
import { only, parse } from './arguments.mjs';
import { PASSED, Usage } from './failure.mjs';
import { buildOrJobAt, buildPath, jobPath } from './places.mjs';
import { buildWord, hasEnded, wordOf } from './show.mjs';

export async function cancel(argv, context) {
  const { options, rest } = parse(argv, { json: false });
  const place = buildOrJobAt(only(rest, 'build or job'), context.environment);
  return change(place, 'cancel', undefined, options.json, context);
}

export async function restart(argv, context) {
  const { options, rest } = parse(argv, { 'failed-only': false, json: false });
  const place = buildOrJobAt(only(rest, 'build or job'), context.environment);
  const failedOnly = Boolean(options['failed-only']);
  if (place.job !== undefined && failedOnly) throw new Usage('--failed-only chooses jobs of a build, and this is one job');
  return change(place, 'restart', place.job === undefined ? { failed_only: failedOnly } : undefined, options.json, context);
}

async function change(place, action, body, asJson, { environment, output }) {
  const api = new Api(place.server, environment);
  const path = place.job === undefined ? buildPath(place) : jobPath(place);
  const build = await api.post(`${path}/${action}`, body);
  if (asJson) output.json(build);
  else output.line(sentence(build, place));
  return PASSED;
}

/** What has become of it: a runner takes its time to stop a job. */
function sentence(build, { project, build: number, job: wanted }) {
  const jobs = build.jobs.filter((job) => wanted === undefined || job.number === wanted);
  const name = wanted === undefined ? `build ${project}/${number}` : `job ${project}/${number}/${wanted}`;
  if (jobs.some((job) => job.cancelling && !hasEnded(job.status))) return `${name} is being cancelled`;
  if (wanted === undefined) return `${name}: ${buildWord(build)}`;
  return `${name}: ${jobs.length > 0 ? wordOf(jobs[0].status) : 'not there'}`;
}
