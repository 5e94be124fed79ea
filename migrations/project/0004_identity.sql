-- migrate:up

ALTER TABLE projects
  -- 1 being made, 2 there, 3 being removed. Only those that are there are seen by anyone.
  ADD COLUMN state smallint NOT NULL DEFAULT 2,
  ADD COLUMN state_time timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN default_branch text NOT NULL DEFAULT 'main',
  -- GitHub itself said that the repository was deleted: nobody can be asked about access any more.
  ADD COLUMN gone boolean NOT NULL DEFAULT false,
  -- Lets its bearer see the badge of a private project; sealed for the place "badges/<project_id>".
  -- Null until it is first asked for.
  ADD COLUMN badge_token text,
  -- When GitHub last told who has access.
  ADD COLUMN sync_time timestamptz,
  ADD COLUMN sync_error text NOT NULL DEFAULT '',
  -- Of the sync, or of the removal: failures in a row, and when it is due. Who does it puts the time
  -- into the future first, so that it is tried again should they vanish.
  ADD COLUMN failures integer NOT NULL DEFAULT 0,
  ADD COLUMN due_time timestamptz NOT NULL DEFAULT now();
-- A repository whose project is being removed can have another one.
ALTER TABLE projects DROP CONSTRAINT projects_repository_id;
CREATE UNIQUE INDEX projects_repository_id ON projects (repository_id) WHERE state <> 3;
CREATE INDEX projects_repository ON projects (lower(repository)) WHERE state = 2;
CREATE INDEX projects_sync_due ON projects (due_time) WHERE state = 2 AND NOT gone;
CREATE INDEX projects_unready ON projects (due_time) WHERE state <> 2;

-- What repositories were called before, in lower case, for badges in old places.
CREATE TABLE former_names (
  repository text PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects ON DELETE CASCADE
);

ALTER TABLE members
  -- Has admin rights to the repository at GitHub: may act there for the project, and inherits it.
  ADD COLUMN may_admin boolean NOT NULL DEFAULT false,
  ADD COLUMN change_time timestamptz NOT NULL DEFAULT now();
-- Owners had them when they made their project.
UPDATE members SET may_admin = true WHERE role = 3;

-- How the list of a user's repositories came to be.
CREATE TABLE user_syncs (
  user_id bigint PRIMARY KEY,
  running boolean NOT NULL DEFAULT false,
  pages_done integer NOT NULL DEFAULT 0,
  pages_total integer NOT NULL DEFAULT 0,
  repositories integer NOT NULL DEFAULT 0,
  start_time timestamptz,
  success_time timestamptz,
  -- Of the newest attempt; empty when it did not fail.
  error_reason text NOT NULL DEFAULT '',
  error text NOT NULL DEFAULT '',
  -- Of GitHub's pages at the last success, to learn cheaply that nothing changed.
  etags text[] NOT NULL DEFAULT '{}',
  failures integer NOT NULL DEFAULT 0,
  -- As in projects; null: not before the user signs in again.
  due_time timestamptz DEFAULT now()
);
CREATE INDEX user_syncs_due ON user_syncs (due_time);
INSERT INTO user_syncs (user_id) SELECT DISTINCT user_id FROM members;

-- The repositories that users may make projects of.
CREATE TABLE user_repositories (
  user_id bigint NOT NULL REFERENCES user_syncs ON DELETE CASCADE,
  repository_id bigint NOT NULL,
  repository text NOT NULL,
  owner_avatar_url text NOT NULL,
  owner_is_organization boolean NOT NULL,
  private boolean NOT NULL,
  description text NOT NULL,
  url text NOT NULL,
  PRIMARY KEY (user_id, repository_id)
);

ALTER TABLE hooks
  ADD COLUMN install_script text NOT NULL DEFAULT '',
  ADD COLUMN tracked_files text[] NOT NULL DEFAULT '{}',
  ADD COLUMN disabled boolean NOT NULL DEFAULT false,
  ADD COLUMN branches text[] NOT NULL DEFAULT '{}',
  -- What it builds for, added up: 1 pushes, 2 pull requests, 4 tags.
  ADD COLUMN events integer NOT NULL DEFAULT 3,
  ADD COLUMN update_time timestamptz NOT NULL DEFAULT now(),
  -- It was made whole once. (github_hook_id may be unknown again while its webhook is made anew.)
  ADD COLUMN made boolean NOT NULL DEFAULT false,
  -- A removed hook stays for its deliveries' sake, without its secret.
  ADD COLUMN remove_time timestamptz;
UPDATE hooks SET made = github_hook_id IS NOT NULL, update_time = create_time;
DROP INDEX hooks_unfinished;
CREATE INDEX hooks_unmade ON hooks (hook_id) WHERE NOT made;

-- The key pair with which runners fetch from a private repository.
CREATE TABLE deploy_keys (
  project_id bigint PRIMARY KEY REFERENCES projects ON DELETE CASCADE,
  -- As ssh reads them; the private half sealed for the place "deploy_keys/<project_id>".
  public_key text NOT NULL,
  private_key text NOT NULL,
  fingerprint text NOT NULL,
  -- GitHub's number of it; null: not known to be there.
  github_key_id bigint,
  error text NOT NULL DEFAULT '',
  create_time timestamptz NOT NULL DEFAULT now(),
  check_time timestamptz
);

-- Values are sealed for the place "secrets/<project_id>/<name>".
CREATE TABLE secrets (
  project_id bigint NOT NULL REFERENCES projects ON DELETE CASCADE,
  name text NOT NULL,
  value text NOT NULL,
  -- Of the value as it was given.
  size integer NOT NULL,
  update_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, name)
);

-- migrate:down
