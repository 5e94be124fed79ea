// Which server is asked, and whether the token may go there.
import { Usage } from './failure.mjs';

const HERE = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The origin of an address; `what` names it in messages. */
export function originOf(address, what) {
  let url;
  try {
    url = new URL(address);
  } catch {
    url = null;
  }
  if (!url || !/^https?:$/.test(url.protocol)) throw new Usage(`${what} is no address such as https://ci.example.com`);
  if (url.username !== '' || url.password !== '') {
    throw new Usage(`${what} has a user name or a password in it; the token in KOZMIC_TOKEN says who you are`);
  }
  return url.origin;
}

/** The server that KOZMIC_URL names; null without it. */
export function serverOf(environment) {
  const address = environment.KOZMIC_URL ?? '';
  if (address === '') return null;
  const origin = originOf(address, 'KOZMIC_URL');
  if (new URL(address).pathname !== '/') throw new Usage(`KOZMIC_URL is the server's address alone: ${origin}`);
  return origin;
}

/** The token for this server. Throws when there is none, or when others could read it on its way. */
export function tokenFor(server, environment) {
  const token = environment.KOZMIC_TOKEN ?? '';
  if (token === '') throw new Usage(`set KOZMIC_TOKEN to an access token: ${server}/account/settings/ makes one`);
  if (!/^[A-Za-z0-9_-]+$/.test(token)) {
    throw new Usage(`KOZMIC_TOKEN does not look like an access token: ${server}/account/settings/ makes one`);
  }
  const { protocol, hostname } = new URL(server);
  if (protocol === 'http:' && !HERE.has(hostname) && environment.KOZMIC_INSECURE !== '1') {
    throw new Usage(`${server} is not encrypted: whoever is on the way could read the token. ` +
      'Use https://, or set KOZMIC_INSECURE=1 if you trust the network');
  }
  return token;
}
