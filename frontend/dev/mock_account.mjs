// The made-up account: /api/v1/me and what is below it.
import { world } from './mock_admin.mjs';
import { error, json, nothing, readBody, refuse } from './mock_http.mjs';

export const CSRF = 'mock-csrf-token';
const start = Date.now();
const at = (seconds) => new Date(start + seconds * 1000).toISOString();
const DAY = 86_400;

const me = { id: 1, login: 'ada', name: 'Ada Lovelace', avatar_url: '/dev/avatar.svg', notification_email: '' };
let sessions = [
  { id: 31, current: true, user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', created_at: at(-3 * DAY), last_used_at: at(-20), expires_at: at(27 * DAY) },
  { id: 30, current: false, user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1', created_at: at(-12 * DAY), last_used_at: at(-7200), expires_at: at(18 * DAY) },
  { id: 12, current: false, user_agent: `<script>alert(1)</script>${'A'.repeat(200)}`, created_at: at(-20 * DAY), last_used_at: at(-9 * DAY), expires_at: at(10 * DAY) },
];
let tokens = [
  { id: 3, name: 'release script', created_at: at(-40 * DAY), last_used_at: at(-3600), expires_at: at(50 * DAY) },
  { id: 2, name: 'A token whose name says at some length which of the many programs uses it, and why', created_at: at(-90 * DAY), last_used_at: null, expires_at: null },
  { id: 1, name: 'last year’s', created_at: at(-400 * DAY), last_used_at: at(-100 * DAY), expires_at: at(-35 * DAY) },
];
let lastToken = 3;

export async function account(request, response, path) {
  const rest = path.slice('/api/v1/me'.length);
  const { method } = request;
  const id = Number(/\/(\d+)$/.exec(rest)?.[1] ?? 0);
  if (rest === '' && method === 'GET') return json(response, 200, { user: me, admin: world.admin, csrf_token: CSRF });
  if (rest === '' && method === 'PUT') {
    const body = await readBody(request, response, ['notification_email']);
    if (!body) return undefined;
    if (body.notification_email.endsWith('.invalid')) return refuse(response, 'notification_email', 'is not an address');
    return json(response, 200, Object.assign(me, body));
  }
  if (rest === '/sessions' && method === 'GET') return json(response, 200, { sessions });
  if (rest.startsWith('/sessions') && method === 'DELETE') {
    sessions = sessions.filter((session) => (id ? session.id !== id : session.current));
    return nothing(response);
  }
  if (rest === '/tokens' && method === 'GET') return json(response, 200, { tokens });
  if (rest === '/tokens') return makeToken(request, response);
  if (method === 'DELETE') {
    tokens = tokens.filter((token) => token.id !== id);
    return nothing(response);
  }
  return error(response, 404, 'not_found', 'There is no such thing.');
}

async function makeToken(request, response) {
  const body = await readBody(request, response, ['name', 'lifetime_days']);
  if (!body) return;
  if (body.name.length > 100) return refuse(response, 'name', 'at most 100 characters');
  const token = {
    id: ++lastToken, name: body.name, created_at: new Date().toISOString(), last_used_at: null,
    expires_at: body.lifetime_days === null ? null : new Date(Date.now() + body.lifetime_days * DAY * 1000).toISOString(),
  };
  tokens = [token, ...tokens];
  json(response, 201, { token, secret: `kzp_${'9tT3mWq1'.repeat(5)}` });
}
