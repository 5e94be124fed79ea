import { passwordMatches } from '../base/secrets.js';
import { viewerOfToken } from '../api/authentication.js';
import { HttpError } from '../http/errors.js';
import { plain } from '../http/answer.js';
import { allows, ownerOf, permissionOf } from '../state/permissions.js';
import { serveWithHttpBackend } from './cgi.js';

const SERVICES = { 'git-upload-pack': 'pull', 'git-receive-pack': 'push' };

/**
 * git over smart HTTP, with and without ".git" in the address.
 * @param {import('../simulator.js').Simulator} sim
 */
export function gitRoutes(sim) {
  return [
    { method: 'GET', path: '/:owner/:repo/info/refs', handler: async (request) => {
      const service = request.query.get('service') ?? '';
      if (!Object.hasOwn(SERVICES, service)) {
        return plain(403, 'Please upgrade your git client.\n');
      }
      return serve(sim, request, service, 'info/refs');
    } },
    ...Object.keys(SERVICES).map((service) => ({
      method: 'POST', path: `/:owner/:repo/${service}`,
      handler: (request) => serve(sim, request, service, service),
    })),
  ];
}

async function serve(sim, request, service, file) {
  const { state, storage, pushes } = sim;
  const name = request.params.repo.replace(/\.git$/i, '');
  const named = state.repositories.find(request.params.owner, name);
  const repository = named ?? state.repositories.findMoved(request.params.owner, name);
  const user = gitUser(sim, request, repository);
  const needed = SERVICES[service];
  const held = repository ? permissionOf(state, repository, user) : null;
  if (!repository || !allows(held, 'pull')) {
    if (!user) return askForPassword();
    return plain(404, 'Repository not found.\n');
  }
  if (!allows(held, needed)) {
    if (!user) return askForPassword();
    return plain(403, `Permission to ${repository.owner}/${repository.name}.git denied to ${
      user.login}.\n`);
  }
  if (!named) {
    return { status: 301, headers: {
      location: `${sim.urls.clone(repository)}/${request.target.split('/').slice(3).join('/')}`,
    } };
  }
  await storage.ensure(repository);
  const run = (beforeEnd) => serveWithHttpBackend(request, {
    root: storage.root,
    pathInfo: `/${repository.folder}.git/${file}`,
    query: file === 'info/refs' ? `service=${service}` : '',
    user: user?.login ?? '',
    beforeEnd,
  });
  if (file === 'git-receive-pack') await pushes.serialize(repository, user, run);
  else await run(async () => {});
  return undefined;
}

/**
 * Whom a git request comes from: `Basic` with a token as either part, or with login and password.
 * Anonymous is null; but whoever pushes to a repository that asks for no password is its owner.
 */
function gitUser(sim, request, repository) {
  const { state } = sim;
  const header = request.header('authorization');
  if (header === '') {
    return repository?.push_without_password ? ownerOf(state, repository) : null;
  }
  const [, encoded] = /^basic +(\S+)$/i.exec(header) ?? [];
  const [, login, password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  const viewer = (password && viewerOfToken(sim, password)) || (login && viewerOfToken(sim, login));
  if (viewer) return active(viewer.user);
  const user = login ? state.users.find(login) : undefined;
  if (user && passwordMatches(password, user.password)) return active(user);
  throw new HttpError(401, 'Invalid username or password.', { headers: CHALLENGE });
}

function active(user) {
  if (user.suspended) throw new HttpError(403, 'Your account is suspended.');
  return user;
}

const CHALLENGE = { 'www-authenticate': 'Basic realm="GitHub"' };

function askForPassword() {
  return plain(401, 'Authentication required.\n', CHALLENGE);
}
