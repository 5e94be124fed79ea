-- migrate:up

-- The log's bytes are in the archive; it has no chunks.
ALTER TABLE logs ADD COLUMN archived boolean NOT NULL DEFAULT false;

CREATE INDEX logs_to_archive ON logs (id) WHERE sealed_at IS NOT NULL AND NOT archived;

-- migrate:down
