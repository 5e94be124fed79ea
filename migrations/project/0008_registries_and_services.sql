-- migrate:up

-- What images are pulled with. Passwords are sealed for the place "registries/<project_id>/<registry>".
CREATE TABLE registry_credentials (
  project_id bigint NOT NULL REFERENCES projects ON DELETE CASCADE,
  -- Host or host:port, in lower case.
  registry text NOT NULL,
  username text NOT NULL,
  password text NOT NULL,
  update_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, registry)
);

-- As in kozmic.project.v1.Hook: [{"name", "image", "environment": {NAME: value}}, ...].
ALTER TABLE hooks ADD COLUMN services jsonb NOT NULL DEFAULT '[]';

-- migrate:down
