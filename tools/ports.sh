#!/bin/bash
# Chooses a port for every process once, and again only if something else has
# taken it while we were down.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/supervisor.sh"

choose() {
  local name=$1 port=$2 file=$STATE/ports/$1
  if [ -s "$file" ]; then
    port=$(cat "$file")
    ! supervisor_runs || return 0
  fi
  while port_is_busy "$port" || grep -qsx "$port" "$STATE"/ports/*; do
    [ "$(cat "$file" 2>/dev/null)" != "$port" ] || port_is_busy "$port" || return 0
    port=$((port + 1))
  done
  printf '%s\n' "$port" >"$file.new"
  mv "$file.new" "$file"
}

# The gateway's port as the administrator says it; who has it gets another.
demand() {
  local port=$1 file
  for file in "$STATE"/ports/*; do
    [ "$(cat "$file" 2>/dev/null)" != "$port" ] || rm "$file"
  done
  printf '%s\n' "$port" >"$STATE/ports/gateway"
}

listen=$(setting KOZMIC_LISTEN)
if [ -n "$listen" ]; then demand "${listen##*:}"; else choose gateway 8080; fi
choose simulator 8081
choose simulator-ssh 8082
choose auth 7101
choose project 7102
choose build 7103
choose runner 7104
choose logstream 7105
choose postgres 7106
choose redis 7107
# Where Prometheus gets each process's metrics.
choose metrics-gateway 7110
choose metrics-auth 7111
choose metrics-project 7112
choose metrics-build 7113
choose metrics-runner 7114
choose metrics-logstream 7115
