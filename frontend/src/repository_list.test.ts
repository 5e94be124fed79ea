import { expect, it } from 'vitest';
import type { Owner, Repository } from './api/types';
import { blocksOf, RepositoryList } from './repository_list';

function owner(login: string, ...names: [string, string | null][]): Owner {
  const repositories = names.map(([name, description], index): Repository => {
    const full_name = `${login}/${name}`;
    return { id: index + 1, full_name, name, private: false, description, url: '' };
  });
  return { login, avatar_url: '', organization: true, repositories };
}

const LIST = new RepositoryList([
  owner('ada', ['engine', 'Computes Bernoulli numbers'], ['notes', null]),
  owner('acme', ['Engine-Room', ''], ['web', 'The shop, with an engine <b>']),
  owner('empty'),
]);

const found = (filter: string) =>
  LIST.find(filter).map((group) => [group.owner.login, ...group.repositories.map(({ name }) => name)]);

it('K9: groups by owner, in the order given, without owners that have nothing', () => {
  expect(LIST.size).toBe(4);
  expect(found('')).toEqual([
    ['ada', 'engine', 'notes'],
    ['acme', 'Engine-Room', 'web'],
  ]);
});

it.each([
  ['ENGINE', [['ada', 'engine'], ['acme', 'Engine-Room', 'web']]],
  ['acme/', [['acme', 'Engine-Room', 'web']]],
  ['bernoulli', [['ada', 'engine']]],
  ['  web   shop ', [['acme', 'web']]],
  ['<b>', [['acme', 'web']]],
  ['.*', []],
  ['engine nothing', []],
])('finds %j', (filter, groups) => {
  expect(found(filter)).toEqual(groups);
});

it('finds among 5,000 repositories while one types', () => {
  const names = Array.from({ length: 5_000 }, (_, index): [string, string] => [
    `service-${index}`,
    'A description of the usual length, which says what the service is for',
  ]);
  const list = new RepositoryList([owner('big', ...names)]);
  const begun = performance.now();
  expect(list.find('service 4999 usual')[0]?.repositories).toHaveLength(1);
  expect(performance.now() - begun).toBeLessThan(1000);
});

it('cuts a list into blocks without losing any of it', () => {
  expect(blocksOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(blocksOf([], 2)).toEqual([]);
});
