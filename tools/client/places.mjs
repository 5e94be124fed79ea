// What is named: by the address of its page, by numbers, or a project by its repository.
import { originOf, serverOf } from './access.mjs';
import { Failure, Usage } from './failure.mjs';

const ID = '[1-9]\\d{0,15}';
const PAGE = new RegExp(`^/projects/(${ID})(?:/builds/(${ID})(?:/jobs/(${ID}))?(?=/|$))?(/.*)?$`);
const NUMBERS = new RegExp(`^(${ID})(?:/(${ID})(?:/(${ID}))?)?$`);
const REPOSITORY = /^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/;

const EXAMPLES = {
  project: ['/projects/1/', '1'],
  build: ['/projects/1/builds/2/', '1/2'],
  job: ['/projects/1/builds/2/jobs/3/', '1/2/3'],
};

/**
 * @typedef {object} Place
 * @property {string} server its origin
 * @property {number} [project]
 * @property {string} [repository] of a project that is named so
 * @property {number} [build]
 * @property {number} [job]
 * @property {number} [attempt] that the page shows, when it is not the newest
 */

/** @returns {Place} */
function placeOf(text, environment, kind) {
  const [page, numbers] = EXAMPLES[kind];
  const unknown = () => new Usage(`"${text}" names no ${kind}: give its page's address, such as ` +
    `https://ci.example.com${page}, or ${numbers} with KOZMIC_URL set`);
  const known = serverOf(environment);
  if (/^[a-z]+:\/\//i.test(text)) {
    const server = originOf(text, `"${text}"`);
    const { pathname, searchParams } = new URL(text);
    const found = PAGE.exec(pathname);
    if (!found) throw unknown();
    // The token is for one server, whatever address somebody was sent.
    if (known !== null && known !== server) {
      throw new Usage(`KOZMIC_URL is ${known}, and this is of ${server}: the token goes to one of them only`);
    }
    return { server, ...numbersOf(found), ...attemptOf(searchParams.get('attempt')) };
  }
  // An owner may be called "1".
  const named = kind === 'project' && REPOSITORY.test(text);
  const found = named ? null : NUMBERS.exec(text);
  if (!found && !named) throw unknown();
  if (known === null) throw new Usage(`set KOZMIC_URL to the server that "${text}" is on, or give its page's address`);
  return named ? { server: known, repository: text } : { server: known, ...numbersOf(found) };
}

function numbersOf([, ...found]) {
  const [project, build, job] = found.map((digits) => (digits === undefined ? undefined : Number(digits)));
  return { project, build, job };
}

const attemptOf = (text) => (/^[1-9]\d{0,8}$/.test(text ?? '') ? { attempt: Number(text) } : {});

export function projectAt(text, environment) {
  const { server, project, repository } = placeOf(text, environment, 'project');
  return { server, project, repository };
}

export function buildAt(text, environment) {
  const place = placeOf(text, environment, 'build');
  if (place.build === undefined) throw new Usage(`"${text}" is a project; which build of it?`);
  if (place.job !== undefined) throw new Usage(`"${text}" is a job; its build is ${place.project}/${place.build}`);
  return place;
}

/** A build, or a job of it. */
export function buildOrJobAt(text, environment) {
  const place = placeOf(text, environment, 'build');
  if (place.build === undefined) throw new Usage(`"${text}" is a project; which build or job of it?`);
  return place;
}

/** As buildOrJobAt: a build that has one job names it. */
export function jobAt(text, environment) {
  const place = placeOf(text, environment, 'job');
  if (place.build === undefined) throw new Usage(`"${text}" is a project; which job of which build?`);
  return place;
}

/** The number of a project that may be named by its repository. */
export async function projectNumber(api, { project, repository }) {
  if (project !== undefined) return project;
  const { projects } = await api.get('/api/v1/projects');
  const same = (one) => one.repository.toLowerCase() === repository.toLowerCase();
  const found = projects.find(same);
  if (!found) throw new Failure(`there is no project ${repository} at ${api.server}, or you may not see it`);
  return found.id;
}

export const buildPath = ({ project, build }) => `/api/v1/projects/${project}/builds/${build}`;
export const jobPath = (place) => `${buildPath(place)}/jobs/${place.job}`;
export const buildPage = ({ server, project, build }) => `${server}/projects/${project}/builds/${build}/`;
