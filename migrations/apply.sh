#!/bin/bash
# Brings roles, schemas and tables of the database up to date, with psql and
# dbmate, which must be in the PATH. Safe to run again; not two at once.
#
# In the environment: PGHOST, PGPORT, PGUSER and PGPASSWORD (or PGPASSWORD_FILE)
# of one who may make roles and databases; KOZMIC_DATABASE_PASSWORD_AUTH,
# …_PROJECT, …_BUILD and …_LOGSTREAM (or the same with _FILE at the end), the
# passwords that the services' roles get: of letters and digits. PGSSLMODE as
# psql has it.
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

# from_file NAME: sets the variable NAME to what the file has that NAME_FILE names.
from_file() {
  local file=$1_FILE
  [ -z "${!file:-}" ] || declare -gx "$1=$(cat "${!file}")"
}

from_file PGPASSWORD
for service in auth project build logstream; do
  from_file "KOZMIC_DATABASE_PASSWORD_${service^^}"
done

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=postgres --file="$folder/bootstrap.sql"
for service in auth project build logstream; do
  echo "== $service"
  password=KOZMIC_DATABASE_PASSWORD_${service^^}
  # In the environment, because command lines are there for all to read.
  DATABASE_URL="postgresql://kozmic_$service:${!password}@$PGHOST:$PGPORT/kozmic?sslmode=${PGSSLMODE:-disable}" \
    dbmate --no-dump-schema --migrations-dir "$folder/$service" \
    --migrations-table "$service.schema_migrations" migrate
done
