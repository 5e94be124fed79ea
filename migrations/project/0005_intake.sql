-- migrate:up

ALTER TABLE hooks
  -- As in kozmic.project.v1.Hook.
  ADD COLUMN labels text[] NOT NULL DEFAULT '{}',
  ADD COLUMN timeout_seconds integer NOT NULL DEFAULT 3600,
  ADD COLUMN stall_timeout_seconds integer NOT NULL DEFAULT 900,
  ADD COLUMN max_parallel integer NOT NULL DEFAULT 0,
  -- When GitHub is to be asked which of its deliveries failed. Who asks puts it into the future
  -- first, so that it is tried again should they vanish.
  ADD COLUMN reconcile_time timestamptz NOT NULL DEFAULT now() + interval '5 minutes',
  ADD COLUMN reconcile_failures integer NOT NULL DEFAULT 0,
  -- GitHub's number of a delivery: nothing is to be done any more about it and those before it.
  ADD COLUMN reconciled_delivery bigint NOT NULL DEFAULT 0,
  -- Of GitHub's newest deliveries when all was well last, to learn cheaply that nothing changed.
  ADD COLUMN reconcile_etag text NOT NULL DEFAULT '',
  -- The newest delivery there when GitHub was last asked to deliver some again; 0: that is settled.
  ADD COLUMN reconcile_asked_after bigint NOT NULL DEFAULT 0;
CREATE INDEX hooks_reconcile ON hooks (reconcile_time)
  WHERE made AND remove_time IS NULL AND github_hook_id IS NOT NULL;

ALTER TABLE deliveries
  ADD COLUMN action text NOT NULL DEFAULT '',
  -- Numbers of the builds that it led to.
  ADD COLUMN builds bigint[] NOT NULL DEFAULT '{}',
  -- So often it came.
  ADD COLUMN receipts integer NOT NULL DEFAULT 1;
CREATE INDEX deliveries_hook ON deliveries (hook_id, delivery_id);

-- migrate:down
