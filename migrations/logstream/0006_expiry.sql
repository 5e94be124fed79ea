-- migrate:up

-- When the log's bytes were freed: it has neither chunks nor a place in the archive.
ALTER TABLE logs ADD COLUMN expired_at timestamptz;

-- migrate:down
