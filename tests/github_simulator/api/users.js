import { json } from '../http/answer.js';
import { notFound } from '../http/errors.js';
import { privateUser, publicUser } from '../shapes/user.js';
import { endpoint } from './endpoint.js';

/** @param {import('../simulator.js').Simulator} sim */
export function userRoutes(sim) {
  const { state, urls } = sim;
  const owned = (account) => state.repositories.ownedBy(account.id);
  const publicOwned = (user) => owned(user).filter((repo) => !repo.private).length;
  return [
    endpoint(sim, {
      method: 'GET', path: '/user', docs: 'users/users#get-the-authenticated-user',
    }, async (_request, { user }) => json(200, privateUser(urls, user, {
      publicRepositories: publicOwned(user),
      privateRepositories: owned(user).length - publicOwned(user),
    }))),

    endpoint(sim, {
      method: 'GET', path: '/user/emails', scopes: ['user:email', 'user'],
      docs: 'users/emails#list-email-addresses-for-the-authenticated-user',
    }, async (_request, { user }) => json(200, [
      { email: user.email, primary: true, verified: true, visibility: 'public' },
    ])),

    endpoint(sim, {
      method: 'GET', path: '/users/:login', docs: 'users/users#get-a-user',
    }, async (request) => {
      const account = state.findAccount(request.params.login);
      if (!account) throw notFound();
      return json(200, publicUser(urls, account, publicOwned(account)));
    }),
  ];
}
