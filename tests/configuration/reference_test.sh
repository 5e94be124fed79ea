#!/bin/bash
# reference_test.sh CONFIG_REFERENCE PAGE PROGRAM…
set -euo pipefail
reference=$1
page=$2
shift 2

diff -u "$page" <("$reference" "$@") || {
  echo "docs/configuration.md is not what the programs say: ./kozmic config reference >docs/configuration.md" >&2
  exit 1
}

# A good file, a bad value and an unknown key, as a program tells of them.
auth=
for program in "$@"; do [ "$(basename "$program")" != auth ] || auth=$program; done
file=$TEST_TMPDIR/auth.yaml
cat >"$file" <<'YAML'
service_key: 0123456789012345678901234567890123456789
secret_key: 0123456789012345678901234567890123456789
database_url: postgresql://nobody@127.0.0.1:1/none
public_url: https://ci.example.com
github: {client_id: a, client_secret: b}
admins: [ada, grace]
YAML
answer=$(env -i "$auth" --config "$file" --check-config)
[ "$answer" = "the configuration is good" ] || { echo "a good one: $answer" >&2; exit 1; }

printf 'public_url: here\nadmin: ada\n' >"$file"
status=0
answer=$(env -i "$auth" --config "$file" --check-config 2>&1) || status=$?
[ $status = 78 ] || { echo "a bad one ended with $status" >&2; exit 1; }
for words in 'public_url: "here"' "admin: unknown key" "database_url: missing"; do
  [[ $answer == *"$words"* ]] || { echo "nothing says: $words; but: $answer" >&2; exit 1; }
done
