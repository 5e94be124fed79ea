import { expect, it } from 'vitest';
import type { Role } from './api/types';
import { atLeast } from './roles';

it.each<[Role, boolean, boolean]>([
  ['owner', true, true],
  ['manager', true, false],
  ['member', false, false],
  ['auditor' as Role, false, false],
])('K15: the role %s configures: %s, deletes: %s', (role, configures, deletes) => {
  expect(atLeast(role, 'member')).toBe(true);
  expect(atLeast(role, 'manager')).toBe(configures);
  expect(atLeast(role, 'owner')).toBe(deletes);
});
