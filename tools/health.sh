# shellcheck shell=bash
source "$ROOT/tools/rpc_tls.sh"

# Whether a process does its work, asked the way its users would.

healthy() {
  case $1 in
    postgres) pg_isready --quiet --host=127.0.0.1 --port="$(port_of postgres)" ;;
    redis) REDISCLI_AUTH=$(secret redis) timeout 3 redis-cli -p "$(port_of redis)" ping 2>/dev/null | grep -q PONG ;;
    dockerd) engine_answers "$RUN/docker.sock" ;;
    simulator) curl --silent --max-time 3 --output /dev/null "http://127.0.0.1:$(port_of simulator)/" ;;
    gateway) curl --silent --fail --max-time 3 --output /dev/null "http://$(gateway_address)/healthz" ;;
    *)
      KOZMIC_RPC_TLS_CERTIFICATE=$(rpc_tls_file "$1" certificate) KOZMIC_RPC_TLS_KEY=$(rpc_tls_file "$1" key) \
        "$ROOT/images/healthy" "$(rpc_address "$1")"
      ;;
  esac
}

# wait_healthy SECONDS NAME...: fails with the log's end of the first that is not.
wait_healthy() {
  local deadline=$((SECONDS + $1)) name left
  shift
  for name in "$@"; do
    is_ours "$name" || continue
    left=$((deadline - SECONDS))
    echo "waiting for $name"
    if ! wait_for $((left > 1 ? left : 1)) healthy "$name"; then
      supervisorctl status "$name" || true
      echo "--- the end of its log:"
      tail -n 20 "$STATE/log/$name.log" || true
      die "$name does not get healthy"
    fi
  done
}
