import fs from 'node:fs/promises';
import path from 'node:path';
import { ApiWatch } from './api/watch.js';
import { collaboratorRoutes } from './api/collaborators.js';
import { commitRoutes } from './api/commits.js';
import { deliveryRoutes } from './api/deliveries.js';
import { deployKeyRoutes } from './api/deploy_keys.js';
import { forkRoutes } from './api/forks.js';
import { hookConfigRoutes } from './api/hook_config.js';
import { hookRoutes } from './api/hooks.js';
import { metaRoutes } from './api/meta.js';
import { organizationRoutes } from './api/organizations.js';
import { pullRoutes } from './api/pulls.js';
import { rateLimitRoutes } from './api/rate_limit.js';
import { repositoryChangeRoutes } from './api/repository_changes.js';
import { repositoryRoutes } from './api/repositories.js';
import { statusRoutes } from './api/statuses.js';
import { teamRoutes } from './api/teams.js';
import { userRoutes } from './api/users.js';
import { Mutex } from './base/mutex.js';
import { Contract } from './contract/contract.js';
import { Feed } from './control/feed.js';
import { controlRoutes } from './control/routes.js';
import { Courier } from './courier/courier.js';
import { PushWatch } from './events/push_watch.js';
import { gitRoutes } from './git/routes.js';
import { Storage } from './git/storage.js';
import { Server } from './http/server.js';
import { oauthRoutes } from './oauth/routes.js';
import { plantFile } from './seed/seed.js';
import { SshServer } from './ssh/server.js';
import { Urls } from './shapes/urls.js';
import { holdFolder } from './state/folder_lock.js';
import { Journal } from './state/journal.js';
import { State } from './state/state.js';
import { webRoutes } from './web/routes.js';

/**
 * @typedef {object} Options
 * @property {string} host
 * @property {number} port 0: any
 * @property {string} data the folder of everything that lasts
 * @property {string | null} seed a file
 * @property {'auto' | 'required' | 'off'} ssh auto: if sshd is there
 * @property {number} sshPort 0: any
 * @property {boolean} checkContract against GitHub's published description
 * @property {string | null} publicUrl how others reach it; null: by what it listens on
 */

const HERE = new URL('.', import.meta.url).pathname;

/** Everything, put together. */
export class Simulator {
  state = new State();
  feed = new Feed();
  urls = new Urls();
  /** Of repositories. */
  creation = new Mutex();
  /** @type {SshServer | null} */
  ssh = null;
  /** @type {Contract | null} */
  contract = null;

  /**
   * @param {Options} options
   * @param {{now(): number}} clock
   */
  static async start(options, clock) {
    const simulator = new Simulator(options, clock);
    await simulator.#open(options);
    return simulator;
  }

  /** @private */
  constructor({ data }, clock) {
    this.clock = clock;
    this.storage = new Storage(path.resolve(data, 'repos'));
    this.courier = new Courier(this);
    this.pushes = new PushWatch(this);
  }

  async #open({ host, port, data, seed, publicUrl, ssh, sshPort, checkContract }) {
    await fs.mkdir(this.storage.root, { recursive: true, mode: 0o700 });
    await holdFolder(data);
    if (checkContract) this.contract = new Contract(this, process.env.KOZMIC_OPENAPI ?? HERE);
    this.journal = new Journal(path.join(data, 'journal.jsonl'), this.clock, (event) => {
      this.state.apply(event);
      this.feed.apply(event);
      this.ssh?.apply(event);
    });
    if (seed) await plantFile(this, seed);
    const apiRoutes = [
      ...metaRoutes(this),
      ...rateLimitRoutes(this),
      ...userRoutes(this),
      ...organizationRoutes(this),
      ...teamRoutes(this),
      ...repositoryRoutes(this),
      ...repositoryChangeRoutes(this),
      ...collaboratorRoutes(this),
      ...forkRoutes(this),
      ...pullRoutes(this),
      ...deployKeyRoutes(this),
      ...hookRoutes(this),
      ...hookConfigRoutes(this),
      ...deliveryRoutes(this),
      ...statusRoutes(this),
      ...commitRoutes(this),
    ];
    this.server = new Server([
      ...controlRoutes(this, apiRoutes),
      ...oauthRoutes(this),
      ...apiRoutes,
      ...gitRoutes(this),
      ...webRoutes(this),
    ], { journal: this.journal, faults: this.state.faults, urls: this.urls,
         watch: new ApiWatch(this) });
    const actualPort = await this.server.listen(host, port);
    const name = host.includes(':') ? `[${host}]` : host;
    this.urls.web = publicUrl ?? `http://${name}:${actualPort}`;
    if (ssh !== 'off') await this.#openSsh(data, sshPort, ssh === 'required');
    await this.pushes.catchUp();
    this.courier.start();
  }

  async #openSsh(data, port, isRequired) {
    try {
      this.ssh = new SshServer(this, data);
      this.urls.ssh = await this.ssh.listen(port);
    } catch (error) {
      if (isRequired) throw error;
      this.ssh = null;
      process.stderr.write(`no git over SSH: ${error.message}\n`);
    }
  }

  /** Lets what is under way finish; what waits stays for the next start. */
  async stop() {
    this.feed.close();
    await Promise.all([this.server.close(), this.ssh?.close()]);
    await this.courier.stop();
    await this.journal.close();
  }
}
