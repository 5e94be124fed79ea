import { expect, it } from 'vitest';
import { parseRepository } from './repository';

it.each([
  ['acme/web', 'acme/web'],
  ['  acme/web.js/ ', 'acme/web.js'],
  ['https://github.com/acme/web', 'acme/web'],
  ['https://github.com/acme/web.git', 'acme/web'],
  ['https://github.example.com:8443/acme/web/tree/main?tab=readme#start', 'acme/web'],
  ['HTTPS://github.com/acme/web/', 'acme/web'],
  ['', null],
  ['web', null],
  ['acme/', null],
  ['acme/web/tree', null],
  ['acme/we b', null],
  ['https://github.com/acme', null],
  ['https://github.com/acme/?q=web', null],
  ['https://github.com/', null],
  ['git@github.com:acme/web.git', null],
])('%s', (text, repository) => {
  expect(parseRepository(text)).toBe(repository);
});
