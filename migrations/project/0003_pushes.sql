-- migrate:up

-- Of a delivery that asks for a build: what it asks to build, and which request for that it belongs
-- to, so that the events of one push ask for one build, and a later push of the same commit for
-- another.
ALTER TABLE deliveries
  ADD COLUMN ref text,
  ADD COLUMN commit text,
  -- What the ref was before the push; empty when the event does not say.
  ADD COLUMN before text,
  -- What within the hook tells of a push once: "push", "pull_request/7".
  ADD COLUMN source text,
  -- With project, ref and commit, what BuildService knows the request by.
  ADD COLUMN request_key text;
CREATE INDEX deliveries_head ON deliveries (hook_id, ref, commit) WHERE request_key IS NOT NULL;
CREATE INDEX hooks_unfinished ON hooks (hook_id) WHERE github_hook_id IS NULL;

-- migrate:down
