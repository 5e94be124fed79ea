-- migrate:up

-- Which build wishes the status: when several builds have the same commit, the newest one's word
-- counts, so that a status never goes back from a verdict to an older build's "pending".
ALTER TABLE status_outbox ADD COLUMN build_number bigint NOT NULL DEFAULT 0;

-- migrate:down
