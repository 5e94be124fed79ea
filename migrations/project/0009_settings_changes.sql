-- migrate:up

-- Who changed what in a project's settings, by lib/history. The newest are kept.
CREATE TABLE settings_changes (
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES projects ON DELETE CASCADE,
  change_time timestamptz NOT NULL DEFAULT now(),
  user_id bigint NOT NULL,
  -- As GitHub called them then.
  login text NOT NULL,
  by_access_token boolean NOT NULL,
  -- As kozmic.history.v1.SettingsChange has them.
  subject text NOT NULL,
  title text NOT NULL,
  action smallint NOT NULL,
  -- JSON: [[field, before, after], ...], null where there is no value.
  fields text COMPRESSION lz4 NOT NULL,
  -- The same without long values, for lists: [[field, before, after, whether they are left out], ...].
  listed text COMPRESSION lz4 NOT NULL,
  -- Of `fields`, before it is compressed.
  bytes bigint NOT NULL
);
CREATE INDEX settings_changes_project ON settings_changes (project_id, change_id);

ALTER TABLE hooks
  -- Who adds it, for the history: that is told once it counts. Empty: not known.
  ADD COLUMN creator_id bigint NOT NULL DEFAULT 0,
  ADD COLUMN creator_login text NOT NULL DEFAULT '',
  ADD COLUMN creator_token boolean NOT NULL DEFAULT false;

-- migrate:down
