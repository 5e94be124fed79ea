#!/bin/bash
# Makes the private PostgreSQL cluster in .kozmic/postgres, if there is none.
source "$(dirname "$0")/lib.sh"

BIN=/usr/lib/postgresql/15/bin
data=$STATE/postgres

create() {
  # A cluster that was being made when we were killed is made anew.
  rm -rf "$data.new"
  install -d -m 700 -o postgres -g postgres "$data.new"
  install -m 600 -o postgres <(secret postgres) "$RUN/postgres-password"
  (cd / && setpriv --reuid postgres --regid postgres --init-groups \
    "$BIN/initdb" --pgdata="$data.new" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
    --data-checksums --auth=scram-sha-256 --pwfile="$RUN/postgres-password" --no-instructions)
  rm "$RUN/postgres-password"
  echo "include 'kozmic.conf'" >>"$data.new/postgresql.conf"
  configure "$data.new"
  sync
  mv "$data.new" "$data"
}

configure() {
  write_private "$1/kozmic.conf" postgres <<CONF
listen_addresses = '127.0.0.1'
port = $(port_of postgres)
unix_socket_directories = ''
max_connections = 100
shared_buffers = 128MB
min_wal_size = 1GB
log_destination = stderr
logging_collector = off
log_line_prefix = '%m [%p] %q%u '
log_lock_waits = on
idle_in_transaction_session_timeout = 60s
CONF
}

[ -d "$data" ] || create
configure "$data"
