# shellcheck shell=bash
# What every tool shares: where things are, and how failures are told.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# Everything that lasts: data, configuration, logs (see ensure_state). A second
# installation of the same checkout, such as a test's, names another folder.
STATE=${KOZMIC_STATE:-$ROOT/.kozmic}
# Keeps several installations on one machine apart.
ID=$(printf '%s' "$STATE" | sha256sum | cut -c1-8)
[ ! -L "$STATE" ] || STATE=$(readlink "$STATE")
# Sockets and pid files. Outside the checkout because a socket's path may have
# at most 107 characters, and gone after a reboot like what it speaks of.
RUN=/run/kozmic-$ID
# What is worth keeping between checkouts: compiled objects, the base image.
CACHE=${XDG_CACHE_HOME:-${HOME:=/root}/.cache}/kozmic
# The user that all processes run as which need no more rights.
# shellcheck disable=SC2034
SERVICE_USER=kozmic
# Whom the runner's git runs as.
# shellcheck disable=SC2034
GIT_USER=kozmic-git
readonly ROOT ID RUN CACHE
export HOME LANG=C.UTF-8 LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
# npm trusts whom the machine trusts, such as a company's proxy.
export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

die() {
  printf 'kozmic: %s\n' "$*" >&2
  exit 1
}

# Prints the comment block that heads the calling script, as its --help.
usage_from_head() {
  sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"
}

# True if users other than root may pass through every folder above $1.
reachable_by_all() {
  local folder=$1 mode
  while [ "$folder" != / ]; do
    folder=$(dirname "$folder")
    mode=$(stat -c %a "$folder")
    ((8#$mode & 1)) || return 1
  done
}

# Makes $STATE. PostgreSQL refuses to run as root, so a checkout below a private
# folder such as /root keeps its state in /var/lib and .kozmic is a link to it.
ensure_state() {
  if [ ! -d "$STATE" ] && ! reachable_by_all "$STATE"; then
    [ -z "${KOZMIC_STATE:-}" ] || die "KOZMIC_STATE lies in a folder that is private to one user"
    STATE=/var/lib/kozmic-$ID
    ln -sfn "$STATE" "$ROOT/.kozmic"
  fi
  mkdir -p "$STATE" "$RUN" "$CACHE"
  chmod 711 "$STATE" "$RUN"
  mkdir -p "$STATE/log" "$STATE/config" "$STATE/secrets" "$STATE/ports" "$STATE/stamps" "$STATE/bin"
  chmod 711 "$STATE/config"
  chmod 700 "$STATE/secrets"
}

# A digest of names, sizes and times of all files below the given paths: what a
# step remembers to know that there is nothing new to do.
fingerprint() {
  { find "$@" \( -name node_modules -o -path "$ROOT/frontend/dist" \) -prune -o \
    -type f -printf '%p %s %T@\n' 2>/dev/null || true; } | sort | sha256sum | cut -c1-16
}

stamp_is() { [ "$(cat "$STATE/stamps/$1" 2>/dev/null)" = "$2" ]; }
set_stamp() { printf '%s\n' "$2" >"$STATE/stamps/$1"; }

# A system user without a home or a shell.
make_account() {
  id "$1" >/dev/null 2>&1 ||
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$1"
}

# Writes standard input to $1 with owner $2 and mode 0600, in one step, and only
# if it differs.
write_private() {
  local file=$1 owner=$2 new=$1.new
  (umask 077 && cat >"$new")
  chown "$owner" "$new"
  if cmp -s "$new" "$file" && [ "$(stat -c %U "$file")" = "$owner" ]; then
    rm "$new"
  else
    mv "$new" "$file"
  fi
}

# The secret called $1: made at its first use, then always the same.
secret() {
  local file=$STATE/secrets/$1
  if [ ! -s "$file" ]; then
    (umask 077 && od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$file.new")
    mv "$file.new" "$file"
  fi
  cat "$file"
}

port_is_busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The first free port from $1 on.
free_port() {
  local port=$1
  while port_is_busy "$port"; do port=$((port + 1)); done
  echo "$port"
}

# The port of the process called $1 (tools/ports.sh chooses it).
port_of() { cat "$STATE/ports/$1"; }

# Where the gateway answers on this machine, whatever it listens on.
gateway_address() {
  local host
  host=$(setting KOZMIC_LISTEN)
  host=${host%:*}
  case $host in
    "" | 0.0.0.0 | "[::]" | "*") host=127.0.0.1 ;;
  esac
  echo "$host:$(port_of gateway)"
}

# The runner's name, which its containers carry as a label: no other
# installation that uses the same Docker engine has it.
runner_name() {
  local host
  host=$(setting KOZMIC_RUNNER_NAME)
  if [ -n "$host" ]; then
    echo "$host"
    return
  fi
  host=$(uname -n | tr '[:upper:]' '[:lower:]' | tr -cd 'a-z0-9._-' | cut -c1-54)
  echo "${host:-kozmic}-$ID"
}

# Waits until the command succeeds, asking five times a second; fails after $1
# seconds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}

setting() {
  local line
  line=$(grep -m1 "^$1=" "$STATE/settings" 2>/dev/null) || return 0
  printf '%s' "${line#*=}"
}

# This machine is only a runner of an installation elsewhere (see join.sh).
joined() { [ -n "$(setting KOZMIC_JOIN_BUILD)" ]; }

in_demo() { ! joined && [ -z "$(setting KOZMIC_GITHUB_CLIENT_ID)" ]; }

# Where the services listen that runners call: on this machine alone, unless
# runners elsewhere are let in.
runners_listen() {
  local host
  host=$(setting KOZMIC_RUNNERS_LISTEN)
  echo "${host:-127.0.0.1}"
}

# Where this machine's own processes reach the process called $1.
rpc_address() {
  local host=127.0.0.1
  case $1 in
    build | logstream) host=$(runners_listen) ;;
  esac
  [ "$host" != 0.0.0.0 ] || host=127.0.0.1
  echo "$host:$(port_of "$1")"
}
