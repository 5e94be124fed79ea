-- migrate:up

-- A log: so many bytes, no more once it is sealed.
CREATE TABLE logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
  size bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
  -- Of all bytes, in lower-case hexadecimal; set by the seal.
  sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  sealed_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((sealed_at IS NULL) = (sha256 IS NULL))
) WITH (fillfactor = 70);

-- The bytes [start_offset, start_offset + raw_size) of a log. A log's chunks adjoin, from 0 to its
-- size: a chunk is only ever added together with the change of the size that it makes.
CREATE TABLE chunks (
  log_id bigint NOT NULL REFERENCES logs (id),
  start_offset bigint NOT NULL CHECK (start_offset >= 0),
  raw_size integer NOT NULL CHECK (raw_size > 0),
  -- One zstd frame.
  data bytea NOT NULL,
  PRIMARY KEY (log_id, start_offset)
);

-- Compressed already.
ALTER TABLE chunks ALTER COLUMN data SET STORAGE EXTERNAL;

-- migrate:down
