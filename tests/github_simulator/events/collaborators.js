import { roleOf } from '../state/permissions.js';
import { simpleUser } from '../shapes/user.js';
import { announce } from './announce.js';

/** @typedef {import('../state/repositories.js').Permission} Permission */

/** Member events know three permissions, for whatever role. */
const COARSE = { pull: 'read', triage: 'read', push: 'write', maintain: 'write', admin: 'admin' };

/**
 * Notes that somebody became a collaborator, is one with another permission, or none any more.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../state/repositories.js').Repository} repository
 * @param {import('../state/users.js').User} sender
 * @param {import('../state/users.js').User} member
 * @param {Permission | undefined} before
 * @param {Permission | undefined} after
 */
export function announceMember(sim, repository, sender, member, before, after) {
  if (before === after) return;
  const tell = (action, changes) => announce(sim, repository, sender, 'member', {
    action, member: simpleUser(sim.urls, member), ...(changes && { changes }),
  });
  if (!after) {
    tell('removed');
  } else if (!before) {
    tell('added', { permission: { to: COARSE[after] }, role_name: { to: roleOf(after) } });
  } else {
    tell('edited', { old_permission: { from: COARSE[before] },
                     permission: { from: COARSE[before], to: COARSE[after] } });
  }
}
