-- migrate:up

-- A GitHub repository that Kozmic CI builds. GitHub's numeric id says which repository it is; names
-- change. What a webhook says of its repository never changes this row.
CREATE TABLE projects (
  project_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id bigint NOT NULL CONSTRAINT projects_repository_id UNIQUE,
  repository text NOT NULL,
  private boolean NOT NULL,
  url text NOT NULL,
  -- AuthService's number of the user whose GitHub token acts for the project.
  owner_user_id bigint NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now()
);

-- Roles are kozmic.project.v1.Role.
CREATE TABLE members (
  project_id bigint NOT NULL REFERENCES projects ON DELETE CASCADE,
  user_id bigint NOT NULL,
  role smallint NOT NULL,
  PRIMARY KEY (user_id, project_id)
);
CREATE INDEX members_project ON members (project_id);

CREATE TABLE hooks (
  hook_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects ON DELETE CASCADE,
  title text NOT NULL,
  image text NOT NULL,
  script text NOT NULL,
  -- What GitHub signs this hook's deliveries with; sealed for the place "hooks/<hook_id>".
  secret text NOT NULL,
  -- GitHub's number of the webhook; null while it is being made there: the hook builds nothing yet.
  github_hook_id bigint,
  create_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX hooks_project ON hooks (project_id, hook_id);

-- migrate:down
