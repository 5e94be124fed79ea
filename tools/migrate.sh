#!/bin/bash
# Brings roles, schemas and tables of the database up to date.
source "$(dirname "$0")/lib.sh"

# dbmate has no lock of its own; two at once would fail each other.
exec 8>"$STATE/migrate.lock"
flock 8

for service in auth project build logstream; do
  declare -x "KOZMIC_DATABASE_PASSWORD_${service^^}=$(secret "database-$service")"
done
PGPASSWORD=$(secret postgres) PGHOST=127.0.0.1 PGPORT=$(port_of postgres) PGUSER=postgres \
  PATH=$STATE/npm/node_modules/@dbmate/linux-x64/bin:$PATH "$ROOT/migrations/apply.sh"
