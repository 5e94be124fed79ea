-- migrate:up

-- Where a project's verdicts are told.
CREATE TABLE notification_hooks (
  notification_hook_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects,
  url text NOT NULL,
  -- What messages are signed with, sealed.
  secret text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  -- Of the newest message that was sent or given up, and what came of it.
  last_time timestamptz,
  last_result text NOT NULL DEFAULT '',
  -- Messages that failed since the last one that was taken; until when none is tried therefore.
  failures integer NOT NULL DEFAULT 0,
  pause_time timestamptz
);
CREATE INDEX notification_hooks_project ON notification_hooks (project_id);

-- The verdicts of builds, each as the transaction wrote it that gave it. Kept for a while after they
-- are told, so that a repetition is recognised.
CREATE TABLE notices (
  project_id bigint NOT NULL REFERENCES projects,
  build_number bigint NOT NULL,
  generation integer NOT NULL,
  -- kozmic.build.v1.State
  state smallint NOT NULL,
  -- Of the job that brought the verdict.
  job_title text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  -- Its messages are made.
  told boolean NOT NULL DEFAULT false,
  PRIMARY KEY (project_id, build_number, generation, state)
);
CREATE INDEX notices_untold ON notices (create_time) WHERE NOT told;
CREATE INDEX notices_old ON notices (create_time) WHERE told;

-- What is to be sent of notices, and was. One row per build and receiver holds only the newest
-- verdict, so that an older one never follows a newer one.
CREATE TABLE messages (
  project_id bigint NOT NULL,
  build_number bigint NOT NULL,
  -- 0: mail to the project's members.
  notification_hook_id bigint NOT NULL,
  generation integer NOT NULL,
  state smallint NOT NULL,
  queue_time timestamptz NOT NULL DEFAULT now(),
  next_try_time timestamptz NOT NULL DEFAULT now(),
  failures integer NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  -- A replica that is sending it; others keep off until then.
  claim_expire_time timestamptz,
  -- Grows with each claim; what is noted under an older one changes nothing.
  claim bigint NOT NULL DEFAULT 0,
  -- When it was sent, or given up.
  end_time timestamptz,
  sent boolean NOT NULL DEFAULT false,
  PRIMARY KEY (project_id, build_number, notification_hook_id),
  FOREIGN KEY (project_id, build_number, generation, state) REFERENCES notices ON DELETE CASCADE
);
CREATE INDEX messages_open ON messages (next_try_time) WHERE end_time IS NULL;
CREATE INDEX messages_of_hook ON messages (notification_hook_id) WHERE end_time IS NULL;

-- migrate:down
