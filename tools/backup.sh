#!/bin/bash
# ./kozmic backup FILE
#
# Writes everything that this installation would need to go on elsewhere into
# one file (FILE "-": to standard output): the database as it is at this moment,
# logs that were moved out of it, secrets, settings. Nothing is stopped. What
# can be made again is not in it: Docker images, git mirrors, jobs that run.
#
# The file holds all secrets in plain, readable by root alone: keep it as you
# would them, or encrypt it on its way: ./kozmic backup - | gpg -e -r YOU >FILE
source "$(dirname "$0")/lib.sh"

case ${1:-} in
  -h | --help | "") usage_from_head; exit ;;
esac
[ $# -eq 1 ] || die "backup knows no \"$2\"; see ./kozmic backup --help"
file=$1
[ -s "$STATE/secrets/postgres" ] || die "nothing is set up here yet: run ./kozmic up first"
umask 077
# What one that was killed has left.
exec 8>"$STATE/backup.lock"
flock --nonblock 8 || die "another ./kozmic backup is at work here"
rm -rf "$STATE"/backup.??????
work=$(mktemp -d "$STATE/backup.XXXXXX")
trap 'rm -rf "$work" ${new:+"$new"}' EXIT

PGPASSWORD=$(secret postgres) pg_dump --host=127.0.0.1 --port="$(port_of postgres)" \
  --username=postgres --format=custom --compress=0 --file="$work/database" kozmic ||
  die "the database could not be read: does it run? (./kozmic status)"

# After the database: what it speaks of is never older than it.
parts=(--directory "$work" database --directory "$STATE" secrets)
for part in settings github tls; do
  [ ! -e "$STATE/$part" ] || parts+=("$part")
done
archive=$(setting KOZMIC_LOG_ARCHIVE_FOLDER)
if [ -n "$archive" ] && [ -d "$archive" ]; then
  # Only these names begin with a dot.
  parts+=(--transform 's,^\./,archive/,' --directory "$archive" .)
fi
pack() { tar --create --zstd --numeric-owner --warning=no-file-changed --warning=no-file-ignored "${parts[@]}"; }

if [ "$file" = - ]; then
  pack
else
  # Whole or not at all; by a name that nobody could foresee.
  new=$(mktemp "$file.XXXXXX")
  pack >"$new" || [ $? -eq 1 ]
  sync "$new"
  mv "$new" "$file"
  new=
  echo "$file has it all, $(du -h --apparent-size "$file" | cut -f1)B: keep it as you keep secrets."
fi
