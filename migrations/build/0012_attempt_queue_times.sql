-- migrate:up

-- Since when it had waited for a runner; NULL for those of before.
ALTER TABLE attempts ADD COLUMN queue_time timestamptz;

-- migrate:down
