-- migrate:up

ALTER TABLE users
  -- Where mail about builds goes to; empty: nowhere.
  ADD COLUMN notification_email text NOT NULL DEFAULT '',
  -- Null: GitHub has refused the one that was here.
  ALTER COLUMN github_token DROP NOT NULL;

-- What a user is shown of their sessions. A number names each, since its token is never told again.
ALTER TABLE sessions
  ADD COLUMN session_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT sessions_session_id UNIQUE,
  -- As the browser named itself.
  ADD COLUMN user_agent text NOT NULL DEFAULT '',
  -- Exact to 5 minutes.
  ADD COLUMN last_use_time timestamptz NOT NULL DEFAULT now();
UPDATE sessions SET last_use_time = create_time;
CREATE INDEX sessions_user_id ON sessions (user_id);

-- Personal access tokens: credentials of programs. Told once; here lies their SHA-256.
CREATE TABLE access_tokens (
  access_token_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_sha256 bytea NOT NULL CONSTRAINT access_tokens_token_sha256 UNIQUE,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  -- What its user calls it.
  name text NOT NULL,
  create_time timestamptz NOT NULL,
  -- Exact to 5 minutes; null: never used.
  last_use_time timestamptz,
  -- Null: never.
  expire_time timestamptz
);
CREATE INDEX access_tokens_user_id ON access_tokens (user_id);

-- migrate:down
