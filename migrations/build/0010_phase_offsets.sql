-- migrate:up

-- The sizes of the log when phases began, as far as the runner told them.
ALTER TABLE attempts
  ADD COLUMN pull_offset bigint,
  ADD COLUMN fetch_offset bigint,
  ADD COLUMN install_offset bigint,
  ADD COLUMN script_offset bigint;

-- migrate:down
