# shellcheck shell=bash disable=SC2153
# What the tests need around them: a Docker engine, its images, a registry.
# Each is used if it is there, else started, and what we started is stopped.

TEST_STATE=$STATE/test
TEST_RUN=$RUN-test
# A folder that PostgreSQL's user can reach, wherever the checkout lies.
# shellcheck disable=SC2034
TEST_TMP=/var/tmp/kozmic-test-$ID

start_engine() {
  local socket=/var/run/docker.sock
  if [ -n "${DOCKER_HOST:-}" ]; then
    socket=${DOCKER_HOST#unix://}
  elif ! { [ -S "$socket" ] && engine_answers "$socket"; }; then
    socket=$TEST_RUN/docker.sock
    mkdir -p "$TEST_STATE" "$TEST_RUN"
    if ! engine_answers "$socket"; then
      setsid "$ROOT/tools/dockerd.sh" "$TEST_STATE" "$TEST_RUN" >"$STATE/log/test-dockerd.log" 2>&1 8>&- 9>&- &
      if ! wait_for 60 engine_answers "$socket"; then
        tail -n 20 "$STATE/log/test-dockerd.log"
        die "the Docker engine for the tests does not start"
      fi
    fi
  fi
  "$ROOT/tools/base_image.sh" "$socket"
  import_busybox "$socket"
  echo "unix://$socket" >"$TEST_STATE/engine"
}

import_busybox() {
  local root=$TEST_STATE/busybox
  ! has_image "$1" kozmic-test/busybox:latest || return 0
  rm -rf "$root"
  mkdir -p "$root"/{bin,etc,root,tmp,proc,sys,dev}
  chmod 1777 "$root/tmp"
  cp /bin/busybox "$root/bin/busybox"
  busybox --list | while read -r name; do
    [ "$name" = busybox ] || ln -s busybox "$root/bin/$name"
  done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  tar --create --owner=0 --group=0 --directory "$root" --file "$root.tar" .
  import_image "$1" "$root.tar" kozmic-test/busybox latest
}

stop_engine() {
  local pid
  pid=$(cat "$TEST_RUN/docker.pid" 2>/dev/null) || return 0
  remove_containers "$TEST_RUN/docker.sock" || true
  kill -TERM "$pid" 2>/dev/null || true
  wait_for 60 test ! -d "/proc/$pid" || kill -KILL "$pid"
  ip link delete "$(bridge_of "$TEST_RUN")" 2>/dev/null || true
}

start_registry() {
  local port
  stop_registry
  port=$(free_port 5000)
  mkdir -p "$TEST_STATE/registry"
  cat >"$TEST_STATE/registry.yml" <<YAML
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $TEST_STATE/registry}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$port"}
YAML
  setsid docker-registry serve "$TEST_STATE/registry.yml" >"$STATE/log/test-registry.log" 2>&1 8>&- 9>&- &
  echo $! >"$TEST_STATE/registry.pid"
  echo "127.0.0.1:$port" >"$TEST_STATE/registry.address"
  wait_for 20 port_is_busy "$port" || die "docker-registry does not start; see ./kozmic logs test-registry"
}

stop_registry() {
  local pid
  pid=$(cat "$TEST_STATE/registry.pid" 2>/dev/null) || return 0
  ! grep -qs docker-registry "/proc/$pid/cmdline" || kill -TERM "$pid"
  rm -f "$TEST_STATE/registry.pid"
}
