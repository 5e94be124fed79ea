-- migrate:up

ALTER TABLE projects
  -- kozmic.build.v1.ProjectSettings.
  ADD COLUMN fail_fast boolean NOT NULL DEFAULT false,
  ADD COLUMN cancel_superseded_pull_requests boolean NOT NULL DEFAULT true,
  ADD COLUMN cancel_superseded_branches boolean NOT NULL DEFAULT false,
  ADD COLUMN max_parallel integer NOT NULL DEFAULT 0,
  ADD COLUMN retry_lost boolean NOT NULL DEFAULT false,
  ADD COLUMN mail boolean NOT NULL DEFAULT true,
  -- Of its job that was enqueued last; see jobs.rank.
  ADD COLUMN last_rank bigint NOT NULL DEFAULT 0;

ALTER TABLE builds
  -- "owner/name" of the fork that the commit comes from, or empty.
  ALTER COLUMN fork DROP DEFAULT,
  ALTER COLUMN fork TYPE text USING CASE WHEN fork THEN 'unknown' ELSE '' END,
  ALTER COLUMN fork SET DEFAULT '',
  -- kozmic.build.v1.Trigger
  ADD COLUMN trigger smallint NOT NULL DEFAULT 1,
  ADD COLUMN pull_request bigint NOT NULL DEFAULT 0,
  ADD COLUMN needs_approval boolean NOT NULL DEFAULT false,
  ADD COLUMN approver text NOT NULL DEFAULT '',
  ADD COLUMN approve_time timestamptz,
  -- An object of texts.
  ADD COLUMN variables jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN creator text NOT NULL DEFAULT '',
  -- Grows with each restart.
  ADD COLUMN generation integer NOT NULL DEFAULT 1,
  -- Title of the job that brought the verdict, when that is not success.
  ADD COLUMN verdict_job text NOT NULL DEFAULT '';
-- A commit's status at GitHub speaks of all its builds.
CREATE INDEX builds_commit ON builds (project_id, commit, ref, number);
-- What a newer build of the same ref may supersede.
CREATE INDEX builds_unfinished ON builds (project_id, ref) WHERE end_time IS NULL;

-- The sets of labels that jobs ask of runners: few, and each has its own part of the queue.
CREATE TABLE label_sets (
  label_set integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Sorted, each once.
  labels text[] NOT NULL CONSTRAINT label_sets_labels UNIQUE
);
INSERT INTO label_sets (labels) VALUES ('{}');

ALTER TABLE jobs
  ADD COLUMN project_id bigint,
  ADD COLUMN label_set integer NOT NULL DEFAULT 1 REFERENCES label_sets,
  ADD COLUMN timeout_seconds integer NOT NULL DEFAULT 3600,
  ADD COLUMN stall_timeout_seconds integer NOT NULL DEFAULT 900,
  ADD COLUMN max_parallel integer NOT NULL DEFAULT 0,
  -- While it is enqueued: kozmic.build.v1.Gate.
  ADD COLUMN gate smallint NOT NULL DEFAULT 1,
  -- Its place in the queue: projects take turns, because a job's rank is one more than the greater
  -- of its project's last rank and the rank that was granted last (queue_clock).
  ADD COLUMN rank bigint NOT NULL DEFAULT 0,
  -- Attempts since it was enqueued by somebody, not by the loss of a runner.
  ADD COLUMN tries integer NOT NULL DEFAULT 0,
  ADD COLUMN cancelling boolean NOT NULL DEFAULT false;
UPDATE jobs j SET project_id = b.project_id, rank = j.job_id, tries = j.attempt
  FROM builds b WHERE b.build_id = j.build_id;
UPDATE projects p SET last_rank = j.rank
  FROM (SELECT project_id, max(rank) AS rank FROM jobs GROUP BY project_id) j
  WHERE j.project_id = p.project_id;
ALTER TABLE jobs ALTER COLUMN project_id SET NOT NULL;

DROP INDEX jobs_queue;
-- What a runner may have, by order.
CREATE INDEX jobs_queue ON jobs (label_set, rank, job_id) WHERE state = 1 AND gate = 1;
-- What a limit holds back, and what counts for it.
CREATE INDEX jobs_held ON jobs (project_id, gate, label_set, rank) WHERE state = 1 AND gate <> 1;
CREATE INDEX jobs_held_by_hook ON jobs (project_id, hook, label_set, rank)
  WHERE state = 1 AND gate = 3;
CREATE INDEX jobs_running ON jobs (project_id, hook) WHERE state = 2;
CREATE INDEX jobs_waiting ON jobs (queue_time) WHERE state = 1;

-- The rank that was granted last: a hint, so it may miss a grant that is rolled back.
CREATE SEQUENCE queue_clock MINVALUE 0 START 0;
-- Jobs that wait already come first.
SELECT setval('queue_clock', coalesce(max(rank), 0)) FROM jobs;

-- What ran, as the job said then.
ALTER TABLE attempts
  ADD COLUMN title text NOT NULL DEFAULT '',
  ADD COLUMN image text NOT NULL DEFAULT '';
-- A request for a lease is known again while it has it.
ALTER TABLE attempts DROP CONSTRAINT attempts_request;
CREATE UNIQUE INDEX attempts_request ON attempts (runner, request_id)
  WHERE state = 2 AND NOT lost;
UPDATE attempts a SET title = j.title, image = j.image FROM jobs j WHERE j.job_id = a.job_id;

-- A wish is computed from all builds of its commit, under the project's lock.
ALTER TABLE status_outbox
  DROP COLUMN build_number,
  -- Until then a replica whose claim ran out may still post an older status: what was posted
  -- meanwhile is looked at again.
  ADD COLUMN stray_until timestamptz;

-- Every call of a runner names its session.
CREATE INDEX runners_session ON runners (session_sha256);

-- migrate:down
