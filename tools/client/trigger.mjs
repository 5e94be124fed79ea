// ./kozmic trigger: builds a branch, tag or commit now.
import { Api } from './api.mjs';
import { parse } from './arguments.mjs';
import { clean } from './clean.mjs';
import { fit } from './columns.mjs';
import { PASSED, Usage } from './failure.mjs';
import { buildPage, projectAt, projectNumber } from './places.mjs';
import { watchBuild } from './watch.mjs';

const MOST_BRANCH = 24;

export async function trigger(argv, { environment, output }) {
  const { options, rest } = parse(argv, { watch: false, json: false });
  const [name, ref, ...assignments] = rest;
  if (name === undefined) throw new Usage('which project?');
  if (ref === undefined) throw new Usage('what is to be built? Name a branch, a tag or a commit');
  const named = projectAt(name, environment);
  const variables = variablesOf(assignments);
  const api = new Api(named.server, environment);
  const project = await projectNumber(api, named);
  const build = await api.post(`/api/v1/projects/${project}/builds`, { ref, variables });
  const place = { server: named.server, project, build: build.number };
  // Whoever watches is told of the build by that.
  if (options.json && !options.watch) output.json(build);
  if (!options.json) output.line(`build ${project}/${build.number} of ${fit(clean(build.branch), MOST_BRANCH)}: ${buildPage(place)}`);
  return options.watch ? watchBuild(api, place, options.json, { environment, output }) : PASSED;
}

function variablesOf(assignments) {
  const variables = {};
  for (const assignment of assignments) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(assignment) ?? [];
    if (name === undefined) throw new Usage(`"${assignment}" is no variable; one is given as NAME=VALUE`);
    if (Object.hasOwn(variables, name)) throw new Usage(`the variable ${name} is given twice`);
    // Not by assignment: a variable may be called __proto__.
    Object.defineProperty(variables, name, { value, enumerable: true });
  }
  return variables;
}
