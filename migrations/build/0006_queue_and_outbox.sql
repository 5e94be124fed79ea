-- migrate:up

-- What a hook's limit holds back: its jobs are opened when one of the same hook leaves.
CREATE INDEX jobs_held_by_hook ON jobs (project_id, hook, label_set, rank)
  WHERE state = 1 AND gate = 3;

-- Until then a replica whose claim ran out may still post an older status: what was posted meanwhile
-- is looked at again.
ALTER TABLE status_outbox ADD COLUMN stray_until timestamptz;

-- migrate:down
