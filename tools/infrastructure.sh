#!/bin/bash
# Starts what the services stand on: PostgreSQL, Redis, Docker.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/supervisor.sh"
source "$ROOT/tools/engine.sh"
source "$ROOT/tools/health.sh"

for account in "$SERVICE_USER" "$GIT_USER"; do make_account "$account"; done

supervisor_runs || stop_orphans
"$ROOT/tools/ports.sh"
"$ROOT/tools/choose_engine.sh"
joined || "$ROOT/tools/postgres.sh"
mkdir -p "$STATE"/{redis,github,runner/work,runner/cache}
chown "$SERVICE_USER" "$STATE/redis" "$STATE/github"
chmod 700 "$STATE/redis" "$STATE/github"

# The simulator runs from a copy, as the services do, and for the same reason.
now=$(fingerprint "$ROOT/tests/github_simulator")
if in_demo && [ -d "$ROOT/tests/github_simulator" ] && ! { [ -d "$STATE/simulator" ] && stamp_is simulator "$now"; }; then
  rm -rf "$STATE/simulator"
  mkdir "$STATE/simulator"
  tar -C "$ROOT/tests/github_simulator" --exclude=node_modules -c . | tar -C "$STATE/simulator" -x --no-same-owner
  chmod -R a+rX "$STATE/simulator"
  set_stamp simulator "$now"
fi

make_rpc_certificates
"$ROOT/tools/configure.sh"
write_supervisor_conf
supervisor_runs || start_supervisor
# shellcheck disable=SC2086  # a list of words
bring_up $INFRASTRUCTURE
# shellcheck disable=SC2086
wait_healthy 60 $INFRASTRUCTURE
