-- migrate:up

-- Claims are numbered: a claim's number is the fence of who runs an install script for others.
CREATE SEQUENCE install_claims;

-- What install scripts led to, and who runs one, by what they depend on.
CREATE TABLE installs (
  project_id bigint NOT NULL REFERENCES projects,
  -- As runners are told of it.
  registry text NOT NULL,
  cache_id text NOT NULL,
  -- The newest claim. It is held until its time is over; NULL: by nobody.
  claim bigint NOT NULL DEFAULT 0,
  claim_expire_time timestamptz,
  claim_runner text NOT NULL DEFAULT '',
  -- The name of the attempt, and the number of its build.
  claim_attempt text NOT NULL DEFAULT '',
  claim_build bigint NOT NULL DEFAULT 0,
  -- The newest claim whose script failed.
  failed_claim bigint NOT NULL DEFAULT 0,
  -- Runners to be told when the claim ends.
  waiters text[] NOT NULL DEFAULT '{}',
  -- Of the image's manifest in the registry; empty: there is none.
  digest text NOT NULL DEFAULT '',
  inputs text NOT NULL DEFAULT '',
  build bigint NOT NULL DEFAULT 0,
  runner text NOT NULL DEFAULT '',
  use_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, registry, cache_id)
);
-- A claim's row, by its number.
CREATE INDEX installs_claim ON installs (claim) WHERE claim_expire_time IS NOT NULL;

-- Images in registries that are to be removed from there.
CREATE TABLE install_removals (
  registry text NOT NULL,
  project_id bigint NOT NULL,
  digest text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  -- Some runner tries until then.
  try_time timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (registry, project_id, digest)
);

-- kozmic.build.v1.ProjectSettings.
ALTER TABLE projects ADD COLUMN submodules boolean NOT NULL DEFAULT false;

-- migrate:down
