import fs from 'node:fs/promises';
import path from 'node:path';
import { plantApp, plantUser } from './accounts.js';
import { plantOrganization } from './organizations.js';
import { plantRepository } from './repositories.js';

/**
 * Creates what a seed names and is not there yet; changes nothing that is there. Its form is
 * described in README.md.
 * @param {import('../simulator.js').Simulator} sim
 * @param {Record<string, any>} seed
 * @param {string | null} folder beside which the seed's files are; null: it may name none
 */
export async function plant(sim, seed, folder) {
  const { users = [], oauth_apps: apps = [], organizations = [], repositories = [] } = seed;
  for (const user of users) plantUser(sim, user);
  for (const app of apps) plantApp(sim, app);
  for (const organization of organizations) plantOrganization(sim, organization);
  for (const repository of repositories) {
    await plantRepository(sim, repository, organizations, folder);
  }
  await sim.journal.flush();
}

/**
 * @param {import('../simulator.js').Simulator} sim
 * @param {string} file
 */
export async function plantFile(sim, file) {
  await plant(sim, JSON.parse(await fs.readFile(file, 'utf8')), path.dirname(file));
}
