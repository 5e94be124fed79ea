#!/bin/bash
# ./kozmic down [--purge [--yes]]
#
# Stops all processes in order, and our own Docker engine with its containers.
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

stop_all() {
  local pid
  if supervisor_runs; then
    echo "stopping the services"
    supervisorctl stop gateway runner >/dev/null || true
    ! engine_answers "$RUN/docker.sock" || remove_containers "$RUN/docker.sock"
    echo "stopping everything else"
    supervisorctl shutdown >/dev/null
    if ! wait_for 180 supervisor_gone; then
      pid=$(cat "$RUN/supervisord.pid")
      kill -KILL "$pid"
    fi
  elif engine_answers "$RUN/docker.sock"; then
    remove_containers "$RUN/docker.sock"
  fi
  stop_orphans
  ip link delete "$(bridge_of "$RUN")" 2>/dev/null || true
}

# What our own engine has mounted would make a removal fail, or worse.
unmount_below() {
  { grep -oE " $1/[^ ]*" /proc/self/mounts || true; } | sort -r | while read -r mount; do
    umount "$mount" || umount --lazy "$mount"
  done
}

remove_all() {
  if [ "$sure" = 0 ]; then
    [ -t 0 ] || die "--purge removes all data; say --yes as well"
    read -rp "Remove all builds, logs, settings and images of this installation? [y/N] " answer
    [ "$answer" = y ] || { echo "Kept."; return; }
  fi
  unmount_below "$STATE"
  unmount_below "$RUN"
  rm -rf "$STATE" "$RUN"
  rm -rf "$ROOT/.kozmic"
  echo "Removed."
}

if [ -d "$STATE" ]; then
  exec 9>"$STATE/lock"
  flock --wait 600 9 || die "another ./kozmic is at work here"
fi
stop_all
echo "Everything has stopped."
[ "$purge" = 0 ] || remove_all
