#!/bin/bash
# ./kozmic rotate-keys
#
# Replaces the secret keys under which GitHub tokens, deploy keys, projects'
# secrets and those of webhooks and notification hooks lie in the database.
# Everything is sealed anew under fresh keys; then the old keys are forgotten.
# What the services had under way goes on. Interrupted, it can be run again:
# nothing is lost, since an old key is kept until nothing needs it.
source "$(dirname "$0")/lib.sh"

case ${1:-} in
  "") ;;
  -h | --help) usage_from_head; exit ;;
  *) die "rotate-keys knows no \"$1\"; see ./kozmic rotate-keys --help" ;;
esac

KEYS="auth-secret-key project-secret-key build-secret-key"
[ -s "$STATE/secrets/project-secret-key" ] || die "nothing is set up here yet: run ./kozmic up first"

# An old key is remembered before it is replaced. (A crash in between leaves it
# in both files, which is harmless.)
for key in $KEYS; do
  # Of a service that had none before an upgrade.
  secret "$key" >/dev/null
  previous=$STATE/secrets/$key.previous
  (umask 077 && { cat "$previous" 2>/dev/null || true; cat "$STATE/secrets/$key"; echo; } |
    sort -u >"$previous.new")
  mv "$previous.new" "$previous"
  rm "$STATE/secrets/$key"
done
# Services answer once everything is sealed under the new key.
"$ROOT/kozmic" up

for key in $KEYS; do
  rm "$STATE/secrets/$key.previous"
done
"$ROOT/kozmic" up >/dev/null
echo
echo "The secret keys are new; what they seal was sealed anew, and the old ones are gone."
