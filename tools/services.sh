#!/bin/bash
# Starts the services, restarts those that have changed, and waits until all do
# their work.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/supervisor.sh"
source "$ROOT/tools/engine.sh"
source "$ROOT/tools/health.sh"

# A process that is no longer wanted (the demo's, once GitHub is connected).
for name in simulator dockerd; do
  is_ours "$name" || joined || supervisorctl update "$name"
done
# shellcheck disable=SC2086  # a list of words
bring_up $SERVICES
# shellcheck disable=SC2086
wait_healthy 90 $SERVICES
