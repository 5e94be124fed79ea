-- migrate:up

-- The commit comes from a fork: the build's jobs get neither secrets nor the deploy key.
ALTER TABLE builds ADD COLUMN fork boolean NOT NULL DEFAULT false;

ALTER TABLE jobs
  -- Empty: none.
  ADD COLUMN install_script text NOT NULL DEFAULT '',
  ADD COLUMN tracked_files text[] NOT NULL DEFAULT '{}';

-- Set: the project is deleted. Nothing of it changes any more but that it is removed. Its row stays,
-- so that whatever comes late does not bring it back.
ALTER TABLE projects ADD COLUMN delete_time timestamptz;

-- migrate:down
