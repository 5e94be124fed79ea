import { Deliveries } from './deliveries.js';
import { Faults } from './faults.js';
import { Hooks } from './hooks.js';
import { OAuth } from './oauth.js';
import { Repositories } from './repositories.js';
import { Statuses } from './statuses.js';
import { Users } from './users.js';

/**
 * Everything that the journal says, folded: each part has handlers by event type and nothing else
 * changes it.
 */
export class State {
  users = new Users();
  oauth = new OAuth();
  repositories = new Repositories();
  hooks = new Hooks();
  deliveries = new Deliveries();
  statuses = new Statuses();
  faults = new Faults();

  /** @param {import('./journal.js').Event} event */
  apply(event) {
    for (const part of Object.values(this)) part.handlers[event.type]?.(event);
  }
}
