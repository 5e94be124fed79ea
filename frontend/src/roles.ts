import type { Role } from './api/types';

const RANKS: Record<Role, number> = { member: 0, manager: 1, owner: 2 };

/** Whether a role may do what `needed` may; one that is not known here may nothing but look. */
export function atLeast(role: Role, needed: Role): boolean {
  return (RANKS[role] ?? 0) >= RANKS[needed];
}
