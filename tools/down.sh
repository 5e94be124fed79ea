#!/bin/bash
# ./kozmic down [--purge [--yes]]
#
# Stops all processes in order, the jobs that run, and our own Docker engine.
# Data stays: the next ./kozmic up continues with it. --purge then removes it,
# after asking; --yes answers.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/supervisor.sh"
source "$ROOT/tools/engine.sh"

purge=0
sure=0
for argument in "$@"; do
  case $argument in
    --purge) purge=1 ;;
    --yes) sure=1 ;;
    -h | --help) usage_from_head; exit ;;
    *) die "down knows no \"$argument\"; see ./kozmic down --help" ;;
  esac
done

supervisor_gone() { ! supervisor_runs; }

# Containers outlive a killed engine, and only an engine can end them in order.
# The pattern does not match the command line that it stands in.
containers_left() { grep -lsa "$RUN/docker/[c]ontainerd" /proc/[0-9]*/cmdline | grep -q .; }

end_containers() {
  local engine=
  if ! engine_answers "$RUN/docker.sock"; then
    containers_left || return 0
    setsid "$ROOT/tools/dockerd.sh" "$STATE" "$RUN" >>"$STATE/log/dockerd.log" 2>&1 9>&- &
    engine=$!
    wait_for 30 engine_answers "$RUN/docker.sock" || true
  fi
  remove_containers "$RUN/docker.sock" || true
  [ -z "$engine" ] || { kill -TERM "$engine" && wait "$engine"; } || true
}

# An engine that is not ours alone keeps everything but our jobs.
end_jobs() {
  local socket
  socket=$(cat "$STATE/engine" 2>/dev/null) || return 0
  socket=${socket#unix://}
  if [ "$socket" = "$RUN/docker.sock" ]; then return; fi
  remove_containers "$socket" "kozmic.runner=$(runner_name)" ||
    echo "no Docker engine answers at $socket: jobs there may still run" >&2
  remove_networks "$socket" "kozmic.network=$(runner_name)" || true
}

# What install scripts have left in an engine that is not ours alone.
remove_installs() {
  local socket
  socket=$(cat "$STATE/engine" 2>/dev/null) || return 0
  socket=${socket#unix://}
  if [ "$socket" = "$RUN/docker.sock" ]; then return; fi
  remove_images "$socket" "kozmic.cache.runner=$(runner_name)" ||
    echo "no Docker engine answers at $socket: images \"kozmic-cache/…\" may still be there" >&2
}

# What our own engine has mounted would make a removal fail, or worse.
unmount_below() {
  { grep -oE " $1(/[^ ]*)? " /proc/self/mounts || true; } | sort -r | while read -r mount; do
    umount "$mount" || umount --lazy "$mount"
  done
}

stop_all() {
  local pid
  if supervisor_runs; then
    echo "stopping the services"
    supervisorctl stop gateway runner >/dev/null || true
    end_jobs
    end_containers
    echo "stopping everything else"
    supervisorctl shutdown >/dev/null
    if ! wait_for 180 supervisor_gone; then
      pid=$(cat "$RUN/supervisord.pid")
      kill -KILL "$pid"
    fi
  fi
  stop_orphans
  end_jobs
  end_containers
  remove_firewall "$(runner_name)"
  unmount_below "$STATE/docker"
  unmount_below "$RUN"
  ip link delete "$(bridge_of "$RUN")" 2>/dev/null || true
}

remove_all() {
  if [ "$sure" = 0 ]; then
    [ -t 0 ] || die "--purge removes all data; say --yes as well"
    read -rp "Remove all builds, logs, settings and images of this installation? [y/N] " answer
    [ "$answer" = y ] || { echo "Kept."; return; }
  fi
  "$ROOT/tools/test_world.sh" stop >/dev/null 2>&1 || true
  remove_installs
  unmount_below "$STATE"
  rm -rf "$STATE" "$RUN" "$RUN-test"
  # The link to a state elsewhere (see ensure_state).
  [ ! -L "$ROOT/.kozmic" ] || [ -e "$ROOT/.kozmic" ] || rm "$ROOT/.kozmic"
  echo "Removed."
}

if [ -d "$STATE" ]; then
  exec 9>"$STATE/lock"
  flock --wait 600 9 || die "another ./kozmic is at work here"
fi
stop_all
echo "Everything has stopped."
[ "$purge" = 0 ] || remove_all
