import { json } from '../http/answer.js';
import { HttpError, notFound } from '../http/errors.js';
import { SeedError } from '../seed/check.js';
import { plant } from '../seed/seed.js';
import { asRoutes } from './as.js';
import { commitRoute } from './commits.js';
import { validFaults } from './fault_validation.js';
import { peopleRoutes } from './people.js';
import { validLimit } from './rate_limit_validation.js';

const WAIT_CAP_MS = 30_000;

/**
 * What tests steer the simulator by. From this machine only.
 * @param {import('../simulator.js').Simulator} sim
 * @param {import('../http/router.js').Route[]} apiRoutes
 */
export function controlRoutes(sim, apiRoutes) {
  const { feed, journal, state, clock } = sim;
  const number = (text) => (/^\d{1,12}$/.test(text ?? '') ? Number(text) : 0);
  const route = (method, path, handler) => ({ method, path, handler });
  const routes = [
    route('GET', '/journal', async ({ query }) => {
      const after = number(query.get('after'));
      const wait = Math.min(WAIT_CAP_MS, number(query.get('wait_ms')));
      if (wait > 0) await feed.wait(after, wait);
      return json(200, { entries: feed.after(after), last: feed.last });
    }),
    route('GET', '/faults', async () => json(200, state.faults.all())),
    route('PUT', '/faults', async (request) => {
      const faults = validFaults(await request.json());
      await journal.commit('faults_set', { faults });
      return json(200, state.faults.all());
    }),
    route('PUT', '/rate_limit', async (request) => {
      const limit = validLimit(state, clock.now(), await request.jsonObject());
      await journal.commit('rate_limit_set', limit);
      return json(200, limit);
    }),
    route('GET', '/hooks/:hook', async ({ params }) => {
      const hook = state.hooks.find(number(params.hook));
      if (!hook) throw notFound();
      return json(200, { url: hook.config.url, secret: hook.config.secret ?? null });
    }),
    route('GET', '/contract', async () => {
      if (!sim.contract) throw new HttpError(404, 'start it with --check-contract');
      return json(200, sim.contract.report());
    }),
    route('POST', '/seed', async (request) => {
      const seed = await request.jsonObject();
      try {
        await plant(sim, seed, null);
      } catch (error) {
        if (error instanceof SeedError) throw new HttpError(422, error.message);
        throw error;
      }
      return json(200, {});
    }),
    commitRoute(sim),
    ...peopleRoutes(sim),
    ...asRoutes(sim, apiRoutes),
  ];
  return routes.map(({ method, path, handler }) => ({
    method, path: `/_simulator${path}`,
    handler: async (request) => {
      if (!request.fromThisMachine) throw notFound();
      return handler(request);
    },
  }));
}
