# shellcheck shell=bash
# supervisord, which starts, restarts and stops every process, and its file.

SUPERVISOR_CONF=$STATE/config/supervisord.conf
SUPERVISOR_SOCKET=$RUN/supervisor.sock
# In the order of their start; stopped the other way round.
# shellcheck disable=SC2034
INFRASTRUCTURE="postgres redis dockerd"
# shellcheck disable=SC2034
SERVICES="simulator auth project build logstream gateway runner"

supervisor_runs() {
  local pid
  pid=$(cat "$RUN/supervisord.pid" 2>/dev/null) && [ -n "$pid" ] &&
    grep -qs supervisord "/proc/$pid/cmdline" && grep -qsF "$SUPERVISOR_CONF" "/proc/$pid/cmdline"
}

supervisorctl() { command supervisorctl -c "$SUPERVISOR_CONF" "$@"; }

# True if the process called $1 belongs to this installation.
is_ours() {
  case $1 in
    simulator) in_demo ;;
    dockerd) [ "$(cat "$STATE/engine")" = "unix://$RUN/docker.sock" ] ;;
    runner) ;;
    *) ! joined ;;
  esac
}

# _program NAME PRIORITY USER STOPSIGNAL STOPWAIT COMMAND, and on standard input
# everything that must restart the process when it changes. What the services
# stand on (up to priority 20) starts by itself, they only after the migrations.
_program() {
  local mark
  mark=$( (printf '%s\n' "$@" && cat) | sha256sum | cut -c1-16)
  cat <<CONF

[program:$1]
command=$6
priority=$2
user=$3
directory=/
environment=HOME="/nonexistent",INSTALLED="$mark"
autostart=$([ "$2" -le 20 ] && echo true || echo false)
autorestart=true
startsecs=1
startretries=1000000
stopsignal=$4
stopwaitsecs=$5
redirect_stderr=true
stdout_logfile=$STATE/log/$1.log
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=3
CONF
}

# Descriptors: more than the usual soft limit, which suits one user's programs,
# but no more than we may have.
descriptors() { if (ulimit -n 65536) 2>/dev/null; then echo 65536; else ulimit -Hn; fi; }

# The file. A process whose section differs from the running one is restarted by
# "supervisorctl update", and only such a process.
write_supervisor_conf() {
  local name user
  {
    cat <<CONF
[supervisord]
logfile=$STATE/log/supervisord.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile=$RUN/supervisord.pid
childlogdir=$STATE/log
user=root
umask=022
minfds=$(descriptors)

[unix_http_server]
file=$SUPERVISOR_SOCKET
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://$SUPERVISOR_SOCKET
CONF
    # INT is PostgreSQL's fast and orderly stop.
    ! is_ours postgres || _program postgres 10 postgres INT 60 \
      "/usr/lib/postgresql/15/bin/postgres -D \"$STATE/postgres\"" <"$STATE/postgres/kozmic.conf"
    ! is_ours redis || _program redis 10 "$SERVICE_USER" TERM 10 \
      "/usr/bin/redis-server \"$STATE/config/redis.conf\"" <"$STATE/config/redis.conf"
    ! is_ours dockerd || _program dockerd 20 root TERM 60 \
      "\"$ROOT/tools/dockerd.sh\" \"$STATE\" \"$RUN\"" <"$ROOT/tools/dockerd.sh"
    ! is_ours simulator || _program simulator 30 "$SERVICE_USER" TERM 10 \
      "$(simulator_command)" < <(fingerprint "$STATE/simulator")
    for name in auth project build logstream gateway runner; do
      is_ours "$name" || continue
      user=$SERVICE_USER
      [ "$name" != runner ] || user=root
      _program "$name" 40 "$user" TERM 20 \
        "\"$STATE/bin/$name\" --config \"$STATE/config/$name.yaml\"" \
        < <(cat "$STATE/bin/$name" "$STATE/config/$name.yaml"
          # It has read the page's files.
          [ "$name" != gateway ] || fingerprint "$STATE/web")
    done
  } | sed 's/%/%%/g' | write_private "$SUPERVISOR_CONF" root
}

# With one heap for the whole life of a demo, node need not be generous.
simulator_command() {
  printf '"%s/node" --max-old-space-size=128 "%s/main.js" --listen 127.0.0.1:%s --ssh-port %s' \
    "$("$ROOT/tools/node.sh" path)" "$STATE/simulator" "$(port_of simulator)" "$(port_of simulator-ssh)"
  printf ' --data "%s" --seed "%s"' "$STATE/github" "$STATE/simulator/seeds/demo.json"
}

# supervisord gets a clean environment: what the caller has in it is not for
# the processes to see, or to be configured by.
start_supervisor() {
  (cd / && env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    supervisord -c "$SUPERVISOR_CONF" 8>&- 9>&-)
  wait_for 15 supervisorctl pid >/dev/null
}

# Restarts those of the processes named whose section has changed, and starts
# those that do not run.
bring_up() {
  local name names=() idle=()
  for name in "$@"; do
    ! is_ours "$name" || names+=("$name")
  done
  supervisorctl update "${names[@]}"
  while read -r name; do idle+=("$name"); done < <(supervisorctl status "${names[@]}" |
    awk '$2 != "RUNNING" && $2 != "STARTING" { print $1 }')
  # "all" at once; named ones would wait for each other.
  if [ ${#idle[@]} -eq ${#names[@]} ] && [ ${#idle[@]} -gt 3 ]; then idle=(all); fi
  [ ${#idle[@]} -eq 0 ] || supervisorctl start "${idle[@]}" || true
}

# The pids of our processes that outlived a killed supervisord. It leaves its
# address in their environment, and so in that of what they started; only the
# topmost are listed, and no container.
orphans() {
  local pid folder
  for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    if tr '\0' '\n' 2>/dev/null <"$folder/environ" |
      grep -qsxF "SUPERVISOR_SERVER_URL=unix://$SUPERVISOR_SOCKET" &&
      grep -qs '^PPid:[[:space:]]*1$' "$folder/status" &&
      ! grep -qs '^Name:[[:space:]]*containerd-shim' "$folder/status"; then
      echo "$pid"
    fi
  done 2>/dev/null
}

# Ends them, so that new ones can take their ports and data.
stop_orphans() {
  local pids pid
  pids=$(orphans)
  [ -n "$pids" ] || return 0
  for pid in $pids; do
    case $(cat "/proc/$pid/comm" 2>/dev/null) in
      postgres) kill -INT "$pid" 2>/dev/null || true ;;
      *) kill -TERM "$pid" 2>/dev/null || true ;;
    esac
  done
  wait_for 30 no_orphans || orphans | xargs --no-run-if-empty kill -KILL
  wait_for 10 no_orphans
}

no_orphans() { [ -z "$(orphans)" ]; }
