-- migrate:up

-- What lets a machine in as a runner, once.
CREATE TABLE registration_tokens (
  registration_token_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_sha256 text NOT NULL CONSTRAINT registration_tokens_sha256 UNIQUE,
  display_name text NOT NULL,
  -- The name that the runner must have; empty: any.
  runner text NOT NULL,
  -- Those that the runner has, whatever it says; none: those that it says.
  labels text[] NOT NULL,
  -- A login.
  creator text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  expire_time timestamptz NOT NULL,
  -- By which runner, with which credential: the same call again is answered the same.
  use_time timestamptz,
  used_by text NOT NULL DEFAULT '',
  used_with_sha256 text NOT NULL DEFAULT ''
);

-- Of runners that were let in by such a token; the others have the installation's runner token.
CREATE TABLE runner_credentials (
  runner text PRIMARY KEY,
  -- Null: revoked.
  credential_sha256 text CONSTRAINT runner_credentials_sha256 UNIQUE,
  -- Takes the other's place when it is first used.
  next_sha256 text CONSTRAINT runner_credentials_next_sha256 UNIQUE,
  labels text[] NOT NULL,
  creator text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  rotate_time timestamptz,
  revoked_by text NOT NULL DEFAULT '',
  revoke_time timestamptz
);

ALTER TABLE projects
  -- Paused: runners are given no further job of it. By whom: a login.
  ADD COLUMN paused_by text NOT NULL DEFAULT '',
  ADD COLUMN pause_time timestamptz;
CREATE INDEX projects_paused ON projects (pause_time) WHERE pause_time IS NOT NULL;

ALTER TABLE builds
  -- 32 hexadecimal digits; empty: it is older than traces.
  ADD COLUMN trace_id text NOT NULL DEFAULT '';

-- migrate:down
