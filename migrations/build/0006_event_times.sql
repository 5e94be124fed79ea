-- migrate:up

-- When what a build is for happened at GitHub, in seconds since 1970; 0: unknown.
ALTER TABLE builds ADD COLUMN event_seconds bigint NOT NULL DEFAULT 0;

-- migrate:down
