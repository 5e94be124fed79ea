#!/bin/bash
# Installs the Debian packages of one or more groups of tools/packages.txt that
# are missing: tools/packages.sh up [test]
source "$(dirname "$0")/lib.sh"

# Daemons that the packages start and enable, and that would only cost memory:
# this installation runs its own. PACKAGE:SERVICE where the names differ.
UNWANTED="postgresql redis-server supervisor docker-registry openssh-server:ssh prometheus"

wanted() {
  local group
  for group in "$@"; do
    awk -v group="$group" '$1 == group { print $2 }' "$ROOT/tools/packages.txt"
  done
}

missing() {
  local name
  wanted "$@" | while read -r name; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

apt() { apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"; }

silence() {
  local service=$1
  if [ -d /run/systemd/system ]; then
    systemctl disable --quiet --now "$service" || true
  elif [ -x "/etc/init.d/$service" ]; then
    "/etc/init.d/$service" stop >/dev/null 2>&1 || true
    update-rc.d "$service" disable || true
  fi
}

main() {
  local names unwanted
  names=$(missing "$@" | paste -sd' ')
  [ -n "$names" ] || return 0
  grep -qsx 'VERSION_CODENAME=bookworm' /etc/os-release ||
    die "this machine is not Debian 12, and lacks: $names"
  # A package manager that was killed is put right first.
  dpkg --configure -a
  apt update
  # shellcheck disable=SC2086  # a list of words
  apt install --no-install-recommends $names
  for unwanted in $UNWANTED; do
    case " $names " in
      *" ${unwanted%:*}"*) silence "${unwanted#*:}" ;;
    esac
  done
}

main "$@"
