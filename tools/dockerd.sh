#!/bin/bash
# Runs a Docker engine of our own, beside any other on this machine:
# tools/dockerd.sh STATE RUN. Its images and containers lie in STATE/docker, its
# sockets in RUN. Running jobs live on when it is restarted.
set -euo pipefail
source "$(dirname "$0")/engine.sh"
state=$1
run=$2
bridge=$(bridge_of "$run")
export PATH=/usr/sbin:/sbin:/usr/bin:/bin

# A machine without an init system may not have mounted the control groups.
mount_cgroups() {
  if ! mountpoint -q /sys/fs/cgroup; then
    mount -t cgroup2 none /sys/fs/cgroup ||
      echo "dockerd.sh: no control groups: jobs run without limits" >&2
  fi
}

# Our own bridge with a network that nothing else here uses.
set_up_bridge() {
  local number=$((64 + 16#${bridge:2:2} % 128))
  ip link show "$bridge" >/dev/null 2>&1 || ip link add "$bridge" type bridge
  if ip -4 -oneline address show dev "$bridge" | grep -q 'inet '; then
    network=$(ip -4 -oneline address show dev "$bridge" | awk '{ print $4 }' | cut -d. -f1,2 | head -n 1)
  else
    while ip -4 route show table all | grep -qE "(^| )10\.$number\."; do number=$((number + 1)); done
    network=10.$number
    ip address add "$network.0.1/17" dev "$bridge"
  fi
  ip link set "$bridge" up
}

choose_iptables() {
  local program
  firewall=true
  if ! program=$(working_iptables); then
    firewall=false
    echo "dockerd.sh: no iptables: jobs reach this machine only" >&2
  elif [ "$program" != iptables ]; then
    mkdir -p "$run/path"
    ln -sf "$(command -v "$program")" "$run/path/iptables"
    ln -sf "$(command -v "ip6tables${program#iptables}")" "$run/path/ip6tables"
    PATH=$run/path:$PATH
  fi
}

# is_running PIDFILE NAME: whether it is that program, and not only its remains.
is_running() {
  local pid stat
  pid=$(cat "$1" 2>/dev/null) || return 1
  stat=$(cat "/proc/$pid/stat" 2>/dev/null) || return 1
  [[ $stat == *"($2) "[!ZX]* ]]
}

mount_cgroups
set_up_bridge
choose_iptables

# The pids in the files that a killed engine left may be other processes' by now.
is_running "$run/docker.pid" dockerd || rm -f "$run/docker.pid"
# Its containerd dies with it, but a moment later: an engine that takes it for
# alive meanwhile gives up all containers.
containerd=$run/docker/containerd/containerd.pid
for ((i = 0; i < 100; ++i)); do
  is_running "$containerd" containerd || { rm -f "$containerd" && break; }
  sleep 0.1
done

mkdir -p "$state/docker"
cat >"$run/dockerd.json" <<JSON
{
  "hosts": ["unix://$run/docker.sock"],
  "data-root": "$(cd "$state/docker" && pwd -P)",
  "exec-root": "$run/docker",
  "pidfile": "$run/docker.pid",
  "bridge": "$bridge",
  "default-address-pools": [{"base": "$network.128.0/17", "size": 24}],
  "iptables": $firewall,
  "ip-masq": $firewall,
  "userland-proxy": false,
  "live-restore": true,
  "log-driver": "local",
  "max-concurrent-downloads": 6
}
JSON
exec dockerd --config-file "$run/dockerd.json"
