import { expect, it } from 'vitest';
import { isLocalPath, match } from './routes';

it.each([
  ['/', { page: 'projects' }],
  ['/projects', { page: 'projects' }],
  ['/projects/3/', { page: 'project', project: 3 }],
  ['/projects/3/history', { page: 'history', project: 3 }],
  ['/projects/3/settings/', { page: 'settings', project: 3 }],
  ['/repositories/', { page: 'new-project' }],
  ['/projects/3/builds/latest/', { page: 'build', project: 3, build: 'latest', job: null }],
  ['/projects/3/builds/7/jobs/2/', { page: 'build', project: 3, build: 7, job: 2 }],
  ['/projects/0/', { page: 'missing' }],
  ['/projects/3x/', { page: 'missing' }],
  ['/projects/3/builds/7/jobs/', { page: 'missing' }],
])('%s', (path, route) => {
  expect(match(path)).toEqual(route);
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
