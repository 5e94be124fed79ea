#!/bin/bash
# ./kozmic builds PROJECT [--branch B] [--status S] [--limit N] [--json]
# ./kozmic watch BUILD [--json]
# ./kozmic log JOB [--follow] [--attempt N]
# ./kozmic trigger PROJECT REF [NAME=VALUE...] [--watch] [--json]
# ./kozmic cancel BUILD|JOB [--json]
# ./kozmic restart BUILD|JOB [--failed-only] [--json]
# ./kozmic settings PROJECT [--apply FILE [--dry-run] [--remove] [--json]]
#
# Speak with a Kozmic server from any machine that has Node.js.
#
#   builds    the project's newest builds: 20, or as many as --limit says. Of
#             branches with B in their name; of the status S (queued, running,
#             passed, failed, error, cancelled, or several with commas)
#   watch     tells each change of a build's jobs until the build ends
#   log       a job's log, byte for byte; with --follow as it grows, until it is
#             complete, also over interrupted connections
#   trigger   builds a branch, tag or commit now, with these variables; --watch
#             goes on as watch does
#   cancel    stops a build or a job
#   restart   runs a build or a job again; --failed-only those of the build's
#             jobs that did not pass
#   settings  a project's settings as a YAML file; with --apply sets the project
#             to what such a file ("-": standard input) says: --dry-run only
#             tells what that changes, --remove also deletes hooks that are not
#             in it
#
# PROJECT, BUILD and JOB are the addresses of their pages, such as
# https://ci.example.com/projects/1/builds/2/jobs/3/, or 1, 1/2 and 1/2/3 on the
# server that KOZMIC_URL names; there a project may be OWNER/NAME, too.
#
# --json prints what the REST interface answers (gateway/API.md): one document,
# or of watch one line for each change.
#
# The access token in KOZMIC_TOKEN (see your account's settings) says who you
# are. It is sent over http:// to this machine only, unless KOZMIC_INSECURE=1.
# A server that goes away is waited for KOZMIC_PATIENCE seconds (300) by watch
# and log. NO_COLOR=1 does without colours.
#
# Exit status: 0 done, of watch: passed; 1 the build that was watched failed or
# was cancelled; 2 wrong usage; 3 it cannot be told or done: the server is away,
# refuses, or you have no access.
source "$(dirname "$0")/lib.sh"

# No other program is given it.
token=${KOZMIC_TOKEN:-}
unset KOZMIC_TOKEN

for argument in "$@"; do
  case $argument in
    -h | --help) usage_from_head; exit ;;
    --) break ;;
  esac
done

OLDEST=18
node=$("$ROOT/tools/node.sh" path 2>/dev/null || true)/node
# Without one, the path is none.
[[ $node == /* ]] && [ -x "$node" ] || node=
version=$([ -z "$node" ] || "$node" --version 2>/dev/null || true)
version=${version#v}
if ! [[ ${version%%.*} =~ ^[0-9]+$ ]] || [ "${version%%.*}" -lt "$OLDEST" ]; then
  here=${version:+only $version}
  echo "kozmic: this needs Node.js $OLDEST or newer, and ${here:-none} is here; nodejs.org has it, and so have most systems' packages" >&2
  exit 3
fi
# Node warns of a file that is not there.
[ -r "$NODE_EXTRA_CA_CERTS" ] || unset NODE_EXTRA_CA_CERTS
[ -z "$token" ] || export KOZMIC_TOKEN=$token
exec "$node" "$ROOT/tools/client/main.mjs" "$@"
