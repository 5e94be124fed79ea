-- migrate:up

-- What the inbox read of the body, for dispatch; null in rows of releases that did not keep it.
ALTER TABLE deliveries ADD COLUMN stored_event text COMPRESSION lz4;

-- migrate:down
