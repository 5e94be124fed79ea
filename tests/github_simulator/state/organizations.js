/**
 * @typedef {import('./repositories.js').Permission} Permission
 *
 * @typedef {object} Team
 * @property {number} id
 * @property {number} organization_id
 * @property {string} slug
 * @property {string} name
 * @property {Set<number>} members user ids
 * @property {Map<number, Permission>} repositories by repository id
 *
 * @typedef {object} Organization
 * @property {number} id
 * @property {string} login
 * @property {string} name
 * @property {'read' | 'write' | 'admin' | 'none'} default_repository_permission of every member, on
 *   every repository
 * @property {Map<number, 'admin' | 'member'>} members by user id; `admin`: an owner
 * @property {Map<string, Team>} teams by slug
 * @property {number} created_at ms
 */

export const BASE_PERMISSIONS = /** @type {const} */ (['read', 'write', 'admin', 'none']);

export class Organizations {
  /** @type {Map<number, Organization>} */
  #byId = new Map();
  /** @type {Map<string, Organization>} */
  #byLogin = new Map();
  // Apart from users' ids: accounts share one space.
  #lastId = 70_000_000;
  #lastTeamId = 4_000_000;

  handlers = {
    organization_created: ({ organization }) => {
      const stored = { ...organization, members: new Map(), teams: new Map() };
      this.#byId.set(stored.id, stored);
      this.#byLogin.set(stored.login.toLowerCase(), stored);
      this.#lastId = Math.max(this.#lastId, stored.id);
    },
    organization_changed: ({ organization_id, changes }) => {
      Object.assign(this.get(organization_id), changes);
    },
    membership_set: ({ organization_id, user_id, role }) => {
      this.get(organization_id).members.set(user_id, role);
    },
    membership_ended: ({ organization_id, user_id }) => {
      const organization = this.get(organization_id);
      organization.members.delete(user_id);
      for (const team of organization.teams.values()) team.members.delete(user_id);
    },
    team_created: ({ team }) => {
      this.get(team.organization_id).teams.set(
        team.slug, { ...team, members: new Set(), repositories: new Map() });
      this.#lastTeamId = Math.max(this.#lastTeamId, team.id);
    },
    team_member_added: ({ organization_id, slug, user_id }) => {
      this.#team(organization_id, slug).members.add(user_id);
    },
    team_member_removed: ({ organization_id, slug, user_id }) => {
      this.#team(organization_id, slug).members.delete(user_id);
    },
    team_repository_set: ({ organization_id, slug, repository_id, permission }) => {
      this.#team(organization_id, slug).repositories.set(repository_id, permission);
    },
    team_repository_removed: ({ organization_id, slug, repository_id }) => {
      this.#team(organization_id, slug).repositories.delete(repository_id);
    },
    repository_deleted: ({ repository_id }) => this.#forget(repository_id),
    repository_changed: ({ repository_id, changes }) => {
      // Teams stay behind when a repository changes hands.
      if (changes.owner_id !== undefined) this.#forget(repository_id);
    },
  };

  nextId() {
    return this.#lastId + 1;
  }

  nextTeamId() {
    return this.#lastTeamId + 1;
  }

  all() {
    return [...this.#byId.values()];
  }

  /** @param {number} id @returns {Organization} */
  get(id) {
    const organization = this.#byId.get(id);
    if (!organization) throw new Error(`no organization ${id}`);
    return organization;
  }

  /** @param {number} id */
  findById(id) {
    return this.#byId.get(id);
  }

  /** @param {string} login @returns {Organization | undefined} */
  find(login) {
    return this.#byLogin.get(login.toLowerCase());
  }

  /** @param {number} userId those that a user is in */
  of(userId) {
    return this.all().filter(({ members }) => members.has(userId));
  }

  #forget(repositoryId) {
    for (const { teams } of this.#byId.values()) {
      for (const { repositories } of teams.values()) repositories.delete(repositoryId);
    }
  }

  #team(organizationId, slug) {
    const team = this.get(organizationId).teams.get(slug);
    if (!team) throw new Error(`no team ${slug} in organization ${organizationId}`);
    return team;
  }
}
