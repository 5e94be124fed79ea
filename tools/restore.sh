#!/bin/bash
# ./kozmic restore FILE
#
# Makes this machine the installation that ./kozmic backup wrote into FILE ("-":
# from standard input), and starts it; of this release or an older one. Only
# where there is none yet. The one that it was must not run any more: both would
# tell GitHub about the same builds.
#
# Jobs that ran at the time of the backup end as errors that say so, and can be
# restarted; webhooks that GitHub could not deliver meanwhile are fetched.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/progress.sh"

case ${1:-} in
  -h | --help | "") usage_from_head; exit ;;
esac
[ $# -eq 1 ] || die "restore knows no \"$2\"; see ./kozmic restore --help"
file=$1
[ "$file" = - ] || [ -r "$file" ] || die "cannot read $file"
# One that was interrupted is begun anew; until then ./kozmic up does not start what is there of it.
if [ -e "$STATE/postgres" ] && [ ! -e "$STATE/restore" ]; then
  die "there is an installation here already ($STATE); ./kozmic down --purge would remove it"
fi
ensure_state
exec 9>"$STATE/lock"
flock --nonblock 9 || die "another ./kozmic is at work here"
work=$STATE/restore
rm -rf "$work"
mkdir -m 700 "$work"

unpack() {
  if [ "$file" = - ]; then cat; else cat "$file"; fi |
    tar --extract --zstd --numeric-owner --directory "$work"
}

settle() {
  local archive
  if ! { [ -s "$work/database" ] && [ -s "$work/secrets/postgres" ]; }; then
    die "this is no backup of ./kozmic backup"
  fi
  [ ! -s "$work/settings" ] || write_private "$STATE/settings" root <"$work/settings"
  # In a folder that is root's alone, as they were.
  cp --preserve=mode "$work"/secrets/* "$STATE/secrets"
  for part in github tls; do
    [ -d "$work/$part" ] || continue
    rm -rf "${STATE:?}/$part"
    mv "$work/$part" "$STATE/$part"
  done
  archive=$(setting KOZMIC_LOG_ARCHIVE_FOLDER)
  if [ -d "$work/archive" ]; then
    mkdir -p "$archive"
    cp --recursive --no-clobber "$work/archive/." "$archive"
    chown -R "$SERVICE_USER" "$archive"
  fi
}

load() {
  local service
  for service in auth project build logstream; do
    declare -x "KOZMIC_DATABASE_PASSWORD_${service^^}=$(secret "database-$service")"
  done
  export PGHOST=127.0.0.1 PGPORT PGUSER=postgres PGPASSWORD
  PGPORT=$(port_of postgres)
  PGPASSWORD=$(secret postgres)
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=postgres \
    --file="$ROOT/migrations/bootstrap.sql"
  # All of it, or none.
  pg_restore --dbname=kozmic --clean --if-exists --single-transaction --exit-on-error "$work/database"
}

trap 'printf "\nInterrupted; restore it again.\n"; exit 130' INT TERM
STEPS=5
step "Debian packages" "$ROOT/tools/packages.sh" up
step "Node.js and dbmate" "$ROOT/tools/node.sh" install
unpack || die "this is no backup of ./kozmic backup, or not all of it"
for account in "$SERVICE_USER" "$GIT_USER"; do make_account "$account"; done
step "secrets, settings, logs" settle
step "PostgreSQL, Redis, Docker" "$ROOT/tools/infrastructure.sh"
step "the database" load
rm -rf "$work"
exec 9>&-
exec "$ROOT/kozmic" up
