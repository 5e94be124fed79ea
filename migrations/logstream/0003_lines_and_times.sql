-- migrate:up

-- Line ends among a log's bytes. Whoever adds bytes without counting (the release before this one)
-- leaves `counted` behind `size`: from then on the number is not known.
ALTER TABLE logs ADD COLUMN newlines bigint, ADD COLUMN counted bigint;
ALTER TABLE logs ALTER COLUMN newlines SET DEFAULT 0, ALTER COLUMN counted SET DEFAULT 0;

-- Line ends before the chunk, where they were counted; and when its bytes were written, as
-- services/logstream/store/time_marks.h encodes it, where that is known.
ALTER TABLE chunks ADD COLUMN newlines_before bigint, ADD COLUMN times bytea;

-- Finds the chunk with a given line.
CREATE INDEX chunks_by_line ON chunks (log_id, newlines_before, start_offset);

-- migrate:down
