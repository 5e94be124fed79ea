#!/bin/bash
# Brings roles, schemas and tables of the database up to date.
source "$(dirname "$0")/lib.sh"

# dbmate has no lock of its own; two at once would fail each other.
exec 8>"$STATE/migrate.lock"
flock 8

for service in auth project build logstream; do
  declare -x "KOZMIC_DATABASE_PASSWORD_${service^^}=$(secret "database-$service")"
done
PGPASSWORD=$(secret postgres) psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
  --host=127.0.0.1 --port="$(port_of postgres)" --username=postgres --dbname=postgres \
  --file="$ROOT/migrations/bootstrap.sql"

dbmate=$STATE/npm/node_modules/@dbmate/linux-x64/bin/dbmate
for folder in "$ROOT"/migrations/*/; do
  service=$(basename "$folder")
  echo "== $service"
  # In the environment, because command lines are there for all to read.
  DATABASE_URL="postgresql://kozmic_$service:$(secret "database-$service")@127.0.0.1:$(port_of postgres)/kozmic?sslmode=disable" \
    "$dbmate" --no-dump-schema --migrations-dir "$folder" \
    --migrations-table "$service.schema_migrations" migrate
done
