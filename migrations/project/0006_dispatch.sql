-- migrate:up

-- What is claimed or put off, among what waits.
CREATE INDEX deliveries_due ON deliveries (next_try) WHERE state = 1;
-- Bodies are JSON of several KB, and every webhook waits for theirs to be compressed.
ALTER TABLE deliveries ALTER COLUMN body SET COMPRESSION lz4;

-- Until when GitHub wants no requests in somebody's name.
CREATE TABLE github_waits (
  -- Of their token, in hexadecimal.
  token_sha256 text PRIMARY KEY,
  open_time timestamptz NOT NULL
);

-- migrate:down
