#!/bin/bash
# ./kozmic run --job URL   [--source DIR] [--secrets FILE]
# ./kozmic run --hook FILE [--source DIR] [--commit COMMIT] [--secrets FILE]
#
# Runs one job on this machine, with the same image, commit and scripts as a
# runner would, prints the same log, and exits as its script does; with 125 for
# failures that are not the script's. Ctrl-C cancels it.
#
#   --job URL       the job as the server at URL has it: the address of its page.
#                   The access token in KOZMIC_TOKEN (see your account's
#                   settings) says who you are.
#   --hook FILE     a hook's settings, in YAML or JSON, by the names of the REST
#                   interface: image, script, install_script, tracked_files, …
#   --source DIR    a clone of the repository on this machine. Without it: the
#                   current folder's if it has the commit, else GitHub's.
#   --commit COMMIT which commit of --source, for --hook; without it: HEAD.
#   --secrets FILE  secrets of the job, in lines NAME=VALUE: servers give theirs
#                   to runners alone.
#
# Changes that are not committed are not part of it. Docker: DOCKER_HOST, else
# the machine's own engine, else the one that ./kozmic up started.
# shellcheck source=SCRIPTDIR/lib.sh
source "$(dirname "$0")/lib.sh"

# No other program is given it.
token=${KOZMIC_TOKEN:-}
unset KOZMIC_TOKEN

job='' hook='' folder='' commit='' secrets=''
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage_from_head; exit ;;
    --job | --hook | --source | --commit | --secrets)
      [ $# -ge 2 ] || die "run: $1 needs a value; see ./kozmic run --help"
      case $1 in
        --job) job=$2 ;;
        --hook) hook=$2 ;;
        --source) folder=$2 ;;
        --commit) commit=$2 ;;
        --secrets) secrets=$2 ;;
      esac
      shift 2
      ;;
    *) die "run knows no \"$1\"; see ./kozmic run --help" ;;
  esac
done
[ -n "$job$hook" ] || die "run: which job? Give --job URL or --hook FILE; see ./kozmic run --help"
[ -z "$job" ] || [ -z "$hook" ] || die "run: --job and --hook are two ways to name one job; give one"
[ -z "$job" ] || [ -z "$commit" ] || die "run: a job has its commit; --commit is for --hook"
for file in $hook $secrets; do
  [ -r "$file" ] || die "run: cannot read $file"
done

ensure_state
umask 077
work=$STATE/run
install -d -m 711 "$work" "$work/work"
install -d -m 700 "$work/cache"
"$ROOT/tools/packages.sh" up >"$STATE/log/run-packages.log" 2>&1 ||
  die "cannot install packages; see $STATE/log/run-packages.log"

# Asks the server at $1 for $2, as who the token says. The token is no argument:
# those can be read by everybody on the machine.
ask() {
  printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl --silent --show-error --fail-with-body --max-time 30 --config - "$1$2"
}

has_commit() { git -C "$1" -c safe.directory='*' cat-file -e "$2^{commit}" 2>/dev/null; }

if [ -n "$job" ]; then
  page='^(https?://[^/]+)/projects/([0-9]+)/builds/([0-9]+)(/jobs/([0-9]+))?/?([?#].*)?$'
  [[ $job =~ $page ]] || die "run: $job is not the address of a job's page, such as
  https://ci.example.com/projects/1/builds/2/jobs/3/"
  server=${BASH_REMATCH[1]} build=/api/v1/projects/${BASH_REMATCH[2]}/builds/${BASH_REMATCH[3]}
  number=${BASH_REMATCH[5]:-1}
  [[ $token =~ ^[A-Za-z0-9_-]+$ ]] ||
    die "run: set KOZMIC_TOKEN to an access token: $server/account/settings/ makes one"
  ask "$server" "$build/jobs/$number/spec" >"$work/spec.json" ||
    die "run: $server did not tell about the job: $(cat "$work/spec.json")"
  commit=$(sed -nE 's/.*"commit": ?"([0-9a-f]+)".*/\1/p' "$work/spec.json")
  if [ -z "$folder" ] && has_commit . "$commit"; then folder=.; fi
  if [ -z "$folder" ]; then
    ask "$server" "$build" >"$work/build.json" || die "run: $server did not tell about the build"
    # A server has no say over what is read of this machine: its address must be the web's.
    url=$(sed -nE 's/.*"commit_url": ?"(https?:[^"]+)\/commit\/[0-9a-f]+".*/\1/p' "$work/build.json")
    [ -n "$url" ] || die "run: the server does not say where the repository is; give --source DIR"
    KOZMIC_RUN_CLONE_URL=$url.git
  fi
  export KOZMIC_RUN_SPEC=$work/spec.json
else
  folder=${folder:-.}
  git -C "$folder" -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1 ||
    die "run: $folder is not a clone of a repository; give --source DIR"
  commit=$(git -C "$folder" -c safe.directory='*' rev-parse --verify --quiet "${commit:-HEAD}^{commit}") ||
    die "run: $folder has no such commit"
  remote=$(git -C "$folder" -c safe.directory='*' config remote.origin.url || true)
  KOZMIC_RUN_REPOSITORY=$(sed -nE 's|.*[:/]([^/:]+/[^/:]+)$|\1|p' <<<"${remote%.git}")
  KOZMIC_RUN_REF=$(git -C "$folder" -c safe.directory='*' symbolic-ref --quiet HEAD || true)
  export KOZMIC_RUN_REPOSITORY=${KOZMIC_RUN_REPOSITORY:-$(basename "$(cd "$folder" && pwd)")}
  export KOZMIC_RUN_REF KOZMIC_RUN_COMMIT=$commit KOZMIC_RUN_HOOK=$hook
fi
if [ -n "$folder" ]; then
  has_commit "$folder" "$commit" || die "run: $folder does not have the commit $commit; fetch it first"
  KOZMIC_RUN_CLONE_URL=file://$(cd "$folder" && pwd -P)
fi
export KOZMIC_RUN_CLONE_URL KOZMIC_RUN_SECRETS=$secrets

if [ -z "${DOCKER_HOST:-}" ]; then
  socket=/var/run/docker.sock
  [ -S "$socket" ] || socket=$(sed 's|^unix://||' "$STATE/engine" 2>/dev/null || true)
  [ -S "$socket" ] || die "run: no Docker engine runs here: start one, set DOCKER_HOST, or run ./kozmic up"
  DOCKER_HOST=unix://$socket
fi

"$ROOT/tools/bazel.sh" build --color=no --curses=no \
  //services/runner/local:kozmic-run //services/runner/init:kozmic-init >"$STATE/log/run-build.log" 2>&1 ||
  die "cannot build; see $STATE/log/run-build.log"
output=$("$ROOT/tools/bazel.sh" info bazel-bin 2>/dev/null)

export KOZMIC_DOCKER_HOST=$DOCKER_HOST KOZMIC_NAME=local-$ID
export KOZMIC_WORK_DIR=$work/work KOZMIC_CACHE_DIR=$work/cache
export KOZMIC_INIT_PATH=$output/services/runner/init/kozmic-init
exec "$output/services/runner/local/kozmic-run"
