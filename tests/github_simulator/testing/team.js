import fs from 'node:fs';

const FILE = new URL('../seeds/team.json', import.meta.url);

/**
 * The seed seeds/team.json: organisation acme (base permission none) of ada, with grace, bob, cara
 * and dan who may admin, push, triage and pull acme/rocket by their teams; eve, who may push there
 * from outside; mallory, who may nothing.
 */
export const TEAM = JSON.parse(fs.readFileSync(FILE, 'utf8'));

/** A user's token, with the scopes repo, read:org and user:email (ada's: admin:org, delete_repo). */
export function tokenOf(login) {
  return TEAM.users.find((user) => user.login === login).tokens[0].token;
}

/** A copy of the seed with further tokens of a user. */
export function withTokens(login, tokens) {
  const seed = structuredClone(TEAM);
  seed.users.find((user) => user.login === login).tokens.push(...tokens);
  return seed;
}
