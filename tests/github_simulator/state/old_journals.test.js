import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permissionOf } from './permissions.js';
import { State } from './state.js';

const user = (id, login) => ({ type: 'user_created', user: {
  id, login, name: login, email: `${login}@example.com`, password: null, created_at: 1 } });

test('a repository of a journal from before renames keeps its folder and its collaborators', () => {
  const state = new State();
  for (const event of [user(1, 'octo'), user(2, 'Mona'), {
    type: 'repository_created', refs: { 'refs/heads/main': 'a'.repeat(40) },
    repository: { id: 9, owner_id: 1, owner: 'octo', name: 'hello', description: '', private: true,
                  default_branch: 'main', push_without_password: false,
                  collaborators: { mona: 'push' }, created_at: 1, pushed_at: 1 },
  }]) state.apply(event);
  const repository = state.repositories.find('octo', 'hello');
  assert.equal(repository.folder, 'octo/hello');
  assert.equal(permissionOf(state, repository, state.users.find('mona')), 'push');
  assert.equal(permissionOf(state, repository, null), null);
  state.apply({ type: 'repository_changed', at: 2, repository_id: 9, changes: { name: 'bye' } });
  assert.equal(state.repositories.find('octo', 'bye').folder, 'octo/hello');
});
