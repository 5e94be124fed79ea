-- migrate:up

-- How much of a log is in the index for search: its first `indexed` bytes, with so many line ends.
-- The rest is looked through as it is. `indexed_whole`: all, and it is sealed.
ALTER TABLE logs
  ADD COLUMN indexed bigint NOT NULL DEFAULT 0,
  ADD COLUMN indexed_newlines bigint NOT NULL DEFAULT 0,
  ADD COLUMN indexed_whole boolean NOT NULL DEFAULT false;

CREATE INDEX logs_to_index ON logs (name text_pattern_ops) WHERE NOT indexed_whole;

-- Filters of many blocks side by side: services/logstream/search/trigram_filter.h. Short parts of
-- them are read, which takes values that are not compressed.
CREATE TABLE search_groups (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Of the logs' names, before the first "-": "logs/12".
  log_prefix text NOT NULL,
  matrix bytea NOT NULL
);
ALTER TABLE search_groups ALTER COLUMN matrix SET STORAGE EXTERNAL;
CREATE INDEX search_groups_of_project ON search_groups (log_prefix);

-- A block: some of a project's lines that have one filter together, in a group once there are
-- enough for one.
CREATE TABLE search_blocks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  log_prefix text NOT NULL,
  filter bytea,
  group_id bigint REFERENCES search_groups (id) ON DELETE CASCADE,
  group_column integer,
  CHECK ((filter IS NULL) = (group_id IS NOT NULL)),
  UNIQUE (group_id, group_column)
);
ALTER TABLE search_blocks ALTER COLUMN filter SET STORAGE EXTERNAL;
CREATE INDEX search_blocks_loose ON search_blocks (log_prefix) WHERE group_id IS NULL;
CREATE INDEX search_blocks_of_project ON search_blocks (log_prefix);

-- Where a block's lines are. Pieces of a log adjoin, from 0 to `indexed`.
CREATE TABLE search_pieces (
  log_id bigint NOT NULL REFERENCES logs (id) ON DELETE CASCADE,
  start_offset bigint NOT NULL,
  end_offset bigint NOT NULL,
  newlines_before bigint NOT NULL,
  block_id bigint NOT NULL REFERENCES search_blocks (id) ON DELETE CASCADE,
  PRIMARY KEY (log_id, start_offset)
);
CREATE INDEX search_pieces_of_block ON search_pieces (block_id);

-- migrate:down
