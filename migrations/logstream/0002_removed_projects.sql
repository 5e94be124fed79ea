-- migrate:up

-- Projects whose logs were removed: no log of theirs takes a byte or comes to be any more, however
-- late its writer is.
CREATE TABLE removed_projects (
  -- The part of their names before the first "-": "logs/12".
  log_prefix text PRIMARY KEY
);

-- Finds the logs of a project by the beginning of their names, in any collation.
CREATE INDEX logs_of_project ON logs (name text_pattern_ops);

-- migrate:down
