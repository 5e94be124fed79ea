-- migrate:up

-- The inbox: every delivery of GitHub's whose signature was good, as it came, and what became of
-- it. States: 1 waits for dispatch, 2 asked for a build, 3 ignored, 4 failed for good.
CREATE TABLE deliveries (
  delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hook_id bigint NOT NULL REFERENCES hooks ON DELETE CASCADE,
  guid text NOT NULL,
  event text NOT NULL,
  body bytea NOT NULL,
  body_sha256 bytea NOT NULL,
  receive_time timestamptz NOT NULL DEFAULT now(),
  state smallint NOT NULL,
  -- A sentence for people; empty while nothing needs saying.
  outcome text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  -- Of state 1: who dispatches it puts this into the future first, so that it is tried again
  -- should they vanish.
  next_try timestamptz NOT NULL DEFAULT now(),
  -- GitHub does not sign a delivery's id, so neither that alone nor the body alone will do.
  CONSTRAINT deliveries_guid UNIQUE (hook_id, guid),
  CONSTRAINT deliveries_body UNIQUE (hook_id, body_sha256)
);
CREATE INDEX deliveries_waiting ON deliveries (delivery_id) WHERE state = 1;

-- migrate:down
