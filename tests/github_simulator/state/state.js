import { Deliveries } from './deliveries.js';
import { DeployKeys } from './deploy_keys.js';
import { Faults } from './faults.js';
import { Hooks } from './hooks.js';
import { OAuth } from './oauth.js';
import { Organizations } from './organizations.js';
import { Pulls } from './pulls.js';
import { RateLimits } from './rate_limits.js';
import { Repositories } from './repositories.js';
import { Statuses } from './statuses.js';
import { Users } from './users.js';

/**
 * Everything that the journal says, folded: each part has handlers by event type, called with the
 * event and the whole state, and nothing else changes it.
 */
export class State {
  users = new Users();
  organizations = new Organizations();
  oauth = new OAuth();
  repositories = new Repositories();
  deployKeys = new DeployKeys();
  hooks = new Hooks();
  pulls = new Pulls();
  deliveries = new Deliveries();
  statuses = new Statuses();
  faults = new Faults();
  rateLimits = new RateLimits();

  /** @param {import('./journal.js').Event} event */
  apply(event) {
    for (const part of Object.values(this)) part.handlers[event.type]?.(event, this);
  }

  /**
   * A user or an organisation: they share one space of ids and one of logins.
   * @param {number} id
   * @returns {import('./users.js').User | import('./organizations.js').Organization}
   */
  account(id) {
    return this.organizations.findById(id) ?? this.users.get(id);
  }

  /** @param {string} login */
  findAccount(login) {
    return this.users.find(login) ?? this.organizations.find(login);
  }
}
