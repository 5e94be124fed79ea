-- migrate:up

-- As in kozmic.build.v1.JobSpec: [{"name", "image", "environment": {NAME: value}}, ...].
ALTER TABLE jobs ADD COLUMN services jsonb NOT NULL DEFAULT '[]';

-- migrate:down
