// The routes that the gateway's sources register.
import { readFileSync, readdirSync } from 'node:fs';

const GATEWAY = new URL('../../gateway/', import.meta.url);
/** `const std::string all = …;`, and `Route("GET", …`; the text is a literal, a name, or a StrCat of such. */
const TEXT = /(?:absl::StrCat\([^()]*\)|"[^"]*"|\w+)/.source;
const STATEMENT = new RegExp(`const std::string (\\w+) = (${TEXT});|Route\\(\\s*"([A-Z]+)",\\s*(${TEXT})\\s*,`, 'g');

/** Each as "GET /api/v1/projects/{project}", as it is written there. */
export function registeredRoutes() {
  return readdirSync(GATEWAY, { recursive: true })
    .filter((file) => file.endsWith('.cc') && !file.endsWith('_test.cc'))
    .flatMap((file) => routesOf(readFileSync(new URL(file, GATEWAY), 'utf8'), file));
}

/** Those of one source. */
export function routesOf(source, file) {
  const texts = new Map();
  const routes = [];
  for (const [, name, text, method, pattern] of source.matchAll(STATEMENT)) {
    if (name) texts.set(name, valueOf(text, texts));
    else routes.push({ method, pattern: valueOf(pattern, texts) });
  }
  const calls = source.match(/\bRoute\(/g)?.length ?? 0;
  if (routes.length !== calls || routes.some(({ pattern }) => pattern === undefined)) {
    throw new Error(`${file}: ${calls} calls of Route(), of which not all can be read here`);
  }
  return routes.map(({ method, pattern }) => `${method} ${pattern}`);
}

/** undefined when it is made of what is not known. */
function valueOf(text, texts) {
  const values = (text.match(/"[^"]*"|\w+/g) ?? [])
    .filter((term) => term !== 'absl' && term !== 'StrCat')
    .map((term) => (term.startsWith('"') ? term.slice(1, -1) : texts.get(term)));
  return values.includes(undefined) ? undefined : values.join('');
}
