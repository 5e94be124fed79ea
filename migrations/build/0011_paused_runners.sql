-- migrate:up

-- Paused: it is given no further job. By whom: a login.
ALTER TABLE runners
  ADD COLUMN paused_by text NOT NULL DEFAULT '',
  ADD COLUMN pause_time timestamptz;

-- migrate:down
