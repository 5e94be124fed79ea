#!/bin/bash
# ./kozmic status
#
# Shows every process: its state, pid, memory (its own and its children's),
# uptime and address. Fails if one does not run.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/supervisor.sh"

case ${1:-} in
  "") ;;
  -h | --help) usage_from_head; exit ;;
  *) die "status knows no \"$1\"" ;;
esac

supervisor_runs || die "nothing runs; start it with ./kozmic up"

# Proportional memory: what processes share is counted once.
memory_of() {
  local pid=$1 child kilobytes=0
  kilobytes=$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null || echo 0)
  for child in $(pgrep -P "$pid" || true); do
    kilobytes=$((kilobytes + $(memory_of "$child")))
  done
  echo "${kilobytes:-0}"
}

address_of() {
  case $1 in
    dockerd) echo "unix://$RUN/docker.sock" ;;
    gateway) echo "http://$(gateway_address)" ;;
    simulator) echo "http://127.0.0.1:$(port_of simulator)" ;;
    postgres | redis) echo "127.0.0.1:$(port_of "$1")" ;;
    *) rpc_address "$1" ;;
  esac
}

failed=0
total=0
# Asked once: supervisorctl takes its time to start.
states=$(supervisorctl status || true)
printf '%-11s %-9s %7s %9s %10s  %s\n' process state pid memory uptime address
for name in $INFRASTRUCTURE $SERVICES; do
  is_ours "$name" || continue
  line=$(grep "^$name " <<<"$states" || true)
  state=$(awk '{ print $2 }' <<<"$line")
  pid=-
  memory=-
  uptime=-
  if [ "$state" = RUNNING ]; then
    pid=$(grep -oE 'pid [0-9]+' <<<"$line" | cut -d' ' -f2)
    kilobytes=$(memory_of "$pid")
    total=$((total + kilobytes))
    memory="$((kilobytes / 1024)) MB"
    uptime=${line##*uptime }
  else
    failed=1
  fi
  printf '%-11s %-9s %7s %9s %10s  %s\n' "$name" "$state" "$pid" "$memory" "$uptime" "$(address_of "$name")"
done
printf '%-11s %-9s %7s %9s\n' total "" "" "$((total / 1024)) MB"
exit "$failed"
