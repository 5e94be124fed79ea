import { expect, it } from 'vitest';
import { isLocalPath, match, paths, type Section } from './routes';

it.each([
  ['/', { page: 'home' }],
  ['/projects', { page: 'projects' }],
  ['/projects/3/', { page: 'project', project: 3 }],
  ['/projects/3/history', { page: 'history', project: 3 }],
  ['/projects/3/settings/', { page: 'settings', project: 3, section: 'hooks' }],
  ['/projects/3/settings/deploy-key', { page: 'settings', project: 3, section: 'deploy-key' }],
  ['/projects/3/settings/danger/', { page: 'settings', project: 3, section: 'danger' }],
  ['/projects/3/settings/else/', { page: 'missing' }],
  ['/repositories/', { page: 'repositories' }],
  ['/account/settings', { page: 'account' }],
  ['/docs/', { page: 'docs' }],
  ['/constructor/', { page: 'missing' }],
  ['/projects/3/builds/latest/', { page: 'build', project: 3, build: 'latest', job: null }],
  ['/projects/3/builds/new', { page: 'new-build', project: 3 }],
  ['/projects/3/deliveries/', { page: 'deliveries', project: 3 }],
  ['/projects/3/search', { page: 'search', project: 3 }],
  ['/projects/3/builds/7/jobs/2/', { page: 'build', project: 3, build: 7, job: 2 }],
  ['/projects/0/', { page: 'missing' }],
  ['/projects/3x/', { page: 'missing' }],
  ['/projects/3/builds/7/jobs/', { page: 'missing' }],
])('%s', (path, route) => {
  expect(match(path)).toEqual(route);
});

it.each([
  ['/projects/3/hooks/', { page: 'settings', project: 3, section: 'hooks' }],
  ['/projects/3/hooks/add/', { page: 'hook', project: 3, hook: null }],
  ['/projects/3/hooks/9/edit/', { page: 'hook', project: 3, hook: 9 }],
  ['/projects/3/hooks/9/delete/', { page: 'missing' }],
])('K26: %s', (path, route) => {
  expect(match(path)).toEqual(route);
});

it('finds back from every address to its page', () => {
  const sections: Section[] = [
    'hooks',
    'builds',
    'secrets',
    'registries',
    'notifications',
    'members',
    'deploy-key',
    'badge',
    'history',
    'file',
    'danger',
  ];
  for (const section of sections) {
    expect(match(paths.settings(4, section))).toEqual({ page: 'settings', project: 4, section });
  }
  expect(match(paths.hook(4, 5))).toEqual({ page: 'hook', project: 4, hook: 5 });
  expect(match(paths.addHook(4))).toEqual({ page: 'hook', project: 4, hook: null });
});

it('says in an address no more than it must', () => {
  expect(paths.job(4, 'latest', 2)).toBe('/projects/4/builds/latest/jobs/2/');
  expect(paths.job(4, 7, 2, 3)).toBe('/projects/4/builds/7/jobs/2/?attempt=3');
  expect(paths.search(4)).toBe('/projects/4/search/');
  expect(paths.search(4, { text: 'a b', regex: false, matchCase: true })).toBe('/projects/4/search/?q=a+b&case=1');
  expect(paths.search(4, { text: '', regex: true, matchCase: true })).toBe('/projects/4/search/');
  expect(paths.deliveries(4, { state: null })).toBe('/projects/4/deliveries/');
  expect(paths.deliveries(4, { state: 'failed', page: 'a/b' })).toBe(
    '/projects/4/deliveries/?state=failed&page=a%2Fb',
  );
});

it.each([
  ['/projects/3/#L4', true],
  ['//evil.example/', false],
  ['/\\evil.example/', false],
  ['https://evil.example/', false],
  ['', false],
])('%s after signing in: %s', (path, safe) => {
  expect(isLocalPath(path)).toBe(safe);
});
