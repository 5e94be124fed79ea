-- migrate:up

-- kozmic.build.v1.ProjectSettings.
ALTER TABLE projects
  ADD COLUMN log_days integer NOT NULL DEFAULT 0,
  ADD COLUMN log_builds integer NOT NULL DEFAULT 0,
  ADD COLUMN log_failures integer NOT NULL DEFAULT 10;

-- Its bytes are no longer kept.
ALTER TABLE attempts ADD COLUMN log_expired boolean NOT NULL DEFAULT false;

-- migrate:down
