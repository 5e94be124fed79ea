-- migrate:up

-- What a project's builds count on. The row's lock orders everything that changes a project.
CREATE TABLE projects (
  project_id bigint PRIMARY KEY,
  last_number bigint NOT NULL DEFAULT 0,
  -- Grows with each change of a build; watchers ask for what changed after the revision they know.
  revision bigint NOT NULL DEFAULT 0
);

-- States are kozmic.build.v1.State.
CREATE TABLE builds (
  build_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects,
  number bigint NOT NULL,
  request_id text NOT NULL,
  repository text NOT NULL,
  ref text NOT NULL,
  commit text NOT NULL,
  commit_url text NOT NULL,
  message text NOT NULL,
  author_name text NOT NULL,
  author_login text NOT NULL,
  author_avatar text NOT NULL,
  state smallint NOT NULL DEFAULT 1,
  revision bigint NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  start_time timestamptz,
  end_time timestamptz,
  CONSTRAINT builds_number UNIQUE (project_id, number),
  CONSTRAINT builds_request UNIQUE (project_id, request_id)
);
CREATE INDEX builds_revision ON builds (project_id, revision);
CREATE INDEX builds_ref ON builds (project_id, ref, number);

CREATE TABLE jobs (
  job_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  build_id bigint NOT NULL REFERENCES builds,
  number integer NOT NULL,
  hook text NOT NULL,
  title text NOT NULL,
  image text NOT NULL,
  script text NOT NULL,
  state smallint NOT NULL DEFAULT 1,
  reason text NOT NULL DEFAULT '',
  exit_code integer,
  -- The grant counter: number of the newest attempt, and the fence of its runner's writes.
  attempt integer NOT NULL DEFAULT 0,
  queue_time timestamptz NOT NULL DEFAULT now(),
  start_time timestamptz,
  end_time timestamptz,
  CONSTRAINT jobs_number UNIQUE (build_id, number)
);
-- The queue: what waits for a runner, oldest first.
CREATE INDEX jobs_queue ON jobs (job_id) WHERE state = 1;

-- One row per grant of a job to a runner. The newest attempt of a job in state 2 is its lease.
CREATE TABLE attempts (
  job_id bigint NOT NULL REFERENCES jobs,
  attempt integer NOT NULL,
  runner text NOT NULL,
  -- The LeaseJob call that was answered with it: repeated, it gets the same answer.
  request_id text NOT NULL,
  state smallint NOT NULL DEFAULT 2,
  -- Its lease ran out: its runner can change nothing any more, even before the job is dealt with.
  lost boolean NOT NULL DEFAULT false,
  reason text NOT NULL DEFAULT '',
  exit_code integer,
  -- kozmic.runner.v1.Phase
  phase smallint NOT NULL DEFAULT 1,
  pull_time timestamptz,
  fetch_time timestamptz,
  install_time timestamptz,
  script_time timestamptz,
  start_time timestamptz NOT NULL DEFAULT now(),
  end_time timestamptz,
  lease_expire_time timestamptz NOT NULL,
  log_size bigint,
  log_sha256 text,
  PRIMARY KEY (job_id, attempt),
  CONSTRAINT attempts_request UNIQUE (runner, request_id)
);
CREATE INDEX attempts_live ON attempts (lease_expire_time) WHERE state = 2;
CREATE INDEX attempts_of_runner ON attempts (runner) WHERE state = 2;

CREATE TABLE runners (
  runner text PRIMARY KEY,
  session_sha256 text NOT NULL,
  labels text[] NOT NULL,
  slots integer NOT NULL,
  version text NOT NULL,
  session_time timestamptz NOT NULL DEFAULT now(),
  seen_time timestamptz NOT NULL DEFAULT now()
);

-- What GitHub is to show of a commit, and what it was told. One row per commit and context holds
-- only the newest wish, so that statuses are posted in order and a late "pending" never follows a
-- verdict.
CREATE TABLE status_outbox (
  project_id bigint NOT NULL REFERENCES projects,
  commit text NOT NULL,
  context text NOT NULL,
  state smallint NOT NULL,
  description text NOT NULL,
  target_url text NOT NULL,
  wanted bigint NOT NULL DEFAULT 1,
  reported bigint NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  next_try_time timestamptz NOT NULL DEFAULT now(),
  -- A replica that is posting it; others keep off until then.
  claim_expire_time timestamptz,
  PRIMARY KEY (project_id, commit, context)
);
CREATE INDEX status_outbox_open ON status_outbox (next_try_time) WHERE reported < wanted;

-- migrate:down
