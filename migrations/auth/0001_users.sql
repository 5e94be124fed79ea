-- migrate:up

-- Who has signed in. GitHub's numeric id says who someone is; logins are given up and taken over.
CREATE TABLE users (
  user_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  github_id bigint NOT NULL CONSTRAINT users_github_id UNIQUE,
  login text NOT NULL,
  display_name text NOT NULL,
  avatar_url text NOT NULL,
  -- Acts for the user at GitHub; sealed for the place "github_users/<github_id>".
  github_token text NOT NULL,
  create_time timestamptz NOT NULL,
  sign_in_time timestamptz NOT NULL
);

-- A session's credential is a random token, told once; here lies its SHA-256.
CREATE TABLE sessions (
  token_sha256 bytea PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  create_time timestamptz NOT NULL,
  expire_time timestamptz NOT NULL
);
CREATE INDEX sessions_expire_time ON sessions (expire_time);

-- Sign-ins that were completed, so that their state serves once; kept until the state would have
-- expired by itself.
CREATE TABLE used_states (
  state_sha256 bytea PRIMARY KEY,
  expire_time timestamptz NOT NULL
);
CREATE INDEX used_states_expire_time ON used_states (expire_time);

-- migrate:down
