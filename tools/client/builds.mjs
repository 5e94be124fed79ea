// ./kozmic builds: a project's newest builds.
import { Api } from './api.mjs';
import { numberOf, only, parse } from './arguments.mjs';
import { clean, firstLine } from './clean.mjs';
import { table } from './columns.mjs';
import { PASSED, Usage } from './failure.mjs';
import { projectAt, projectNumber } from './places.mjs';
import { STATUSES, ago, buildWord, statusNamed, tookOf, wordOf } from './show.mjs';

const LIMIT = 20;
const MOST = 1000;
/** That one answer has. */
const PAGE = 100;

export async function builds(argv, { environment, output }) {
  const { options, rest } = parse(argv, { branch: true, status: true, limit: true, json: false });
  const place = projectAt(only(rest, 'project'), environment);
  const limit = numberOf(options, 'limit', 1, MOST) ?? LIMIT;
  const filter = new URLSearchParams();
  if (options.branch) filter.set('branch', options.branch);
  if (options.status) filter.set('status', statusesOf(options.status));
  const api = new Api(place.server, environment);
  const found = await newest(api, await projectNumber(api, place), filter, limit);
  if (options.json) output.json(found);
  else show(found.builds, output);
  return PASSED;
}

function statusesOf(text) {
  return text.split(',').map((one) => {
    const status = statusNamed(one);
    if (!status) throw new Usage(`there is no status "${one}"; there are ${STATUSES.map(wordOf).join(', ')}`);
    return status;
  }).join();
}

/** As one answer of the API. With a filter a page may be short, even empty, and not the last. */
async function newest(api, project, filter, limit) {
  const found = { builds: [], next_before: null };
  do {
    const query = new URLSearchParams(filter);
    query.set('limit', Math.min(PAGE, limit - found.builds.length));
    if (found.next_before !== null) query.set('before', found.next_before);
    const page = await api.get(`/api/v1/projects/${project}/builds?${query}`);
    found.builds.push(...page.builds);
    found.next_before = page.next_before;
  } while (found.next_before !== null && found.builds.length < limit);
  return found;
}

function show(list, output) {
  if (list.length === 0) return output.line('No builds.');
  const now = Date.now();
  const columns = [
    { title: 'build', most: 9 },
    { title: 'status', most: 14, paint: (text, row) => output.paint(text, list[row].status) },
    { title: 'branch', most: 16 },
    { title: 'took', most: 9 },
    { title: 'when', most: 10 },
    { title: 'message', most: 80 },
  ];
  const rows = list.map((build) => [
    String(build.number), buildWord(build), clean(build.branch), tookOf(build, now), ago(build.created_at, now), firstLine(build.message),
  ]);
  return table(columns, rows).forEach((line) => output.line(line.trimEnd()));
}
