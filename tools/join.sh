#!/bin/bash
# ./kozmic join URL --token TOKEN [--name NAME] [--labels A,B] [--slots N]
#
# Makes this machine a runner of the installation at URL: installs what is
# missing, builds the runner, starts it and a Docker engine (if none runs). The
# token comes from that installation's page of runners and lets one machine in,
# once; the machine then has a credential of its own. ./kozmic status, logs and
# down work as elsewhere; ./kozmic up starts it again, as after a reboot.
#   --name NAME      what it is called there (this machine's name)
#   --labels A,B     what jobs may ask for (linux)
#   --slots N        jobs at once (one per processor core)
#   --ca FILE        certificate authority of URL, when this machine does not know it
# What jobs may use is set as for ./kozmic up, in the environment.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/progress.sh"

url='' token='' ca='' ca_text=''
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage_from_head; exit ;;
    --token | --name | --labels | --slots | --ca)
      [ $# -ge 2 ] || die "$1 needs a value"
      case $1 in
        --token) token=$2 ;;
        --name) export KOZMIC_RUNNER_NAME=$2 ;;
        --labels) export KOZMIC_LABELS=$2 ;;
        --slots) export KOZMIC_SLOTS=$2 ;;
        --ca) ca=$2 ;;
      esac
      shift 2
      ;;
    -*) die "join knows no \"$1\"; see ./kozmic join --help" ;;
    *)
      [ -z "$url" ] || die "join takes one URL"
      url=${1%/}
      shift
      ;;
  esac
done

# The member $1 of a flat object, when it is a text; else nothing.
member() { { grep -oE "\"$1\":\"[^\"]*\"" || true; } | head -n 1 | cut -d'"' -f4; }
# The same of a list of texts, with commas between them.
members() { { grep -oE "\"$1\":\\[[^]]*\\]" || true; } | head -n 1 | cut -d: -f2- | tr -d '[]"'; }

# Where the services are, as the installation itself says.
ask_where() {
  local answer options=(--silent --show-error --max-time 20)
  [ -z "$ca" ] || options+=(--cacert "$ca")
  answer=$(curl "${options[@]}" "$url/api/v1/join") || die "cannot reach $url"
  KOZMIC_JOIN_BUILD=$(member build_address <<<"$answer")
  KOZMIC_JOIN_LOGSTREAM=$(member logstream_address <<<"$answer")
  KOZMIC_JOIN_PREFIXES=$(members clone_url_prefixes <<<"$answer")
  [ -n "$KOZMIC_JOIN_BUILD" ] ||
    die "$url lets no machines in as runners: set KOZMIC_RUNNERS_LISTEN there (docs/runners.md)"
  ca_text=$(member ca <<<"$answer")
  [ -n "$ca_text" ] ||
    die "$url would have its runners' secrets sent in the clear: its administrator must set rpc_tls_ca (docs/runners.md)"
  export KOZMIC_JOIN_BUILD KOZMIC_JOIN_LOGSTREAM KOZMIC_JOIN_PREFIXES
}

if [ -n "$url" ]; then
  [[ $token =~ ^kzj_[A-Za-z0-9_-]+$ ]] || die "--token is needed: an administrator makes one on the page $url/admin/runners/"
  case $url in
    https://* | http://127.0.0.1* | http://localhost*) ;;
    http://*) echo "Warning: $url is not encrypted; whoever is between could send this machine elsewhere." >&2 ;;
    *) die "\"$url\" is not the address of an installation, such as https://ci.example.com" ;;
  esac
  if ! command -v curl >/dev/null; then
    ensure_state
    "$ROOT/tools/packages.sh" up
  fi
  ask_where
elif ! joined; then
  die "which installation? ./kozmic join https://ci.example.com --token …"
fi

# A refusal leaves nothing behind.
ensure_state
exec 9>"$STATE/lock"
flock --nonblock 9 || die "another ./kozmic is at work here"
joined || [ ! -s "$STATE/ports/gateway" ] ||
  die "an installation lies in $STATE already, which has a runner; to be one elsewhere, say KOZMIC_STATE=FOLDER"

if [ -n "$url" ]; then
  mkdir -p "$STATE/tls"
  # The line breaks of PEM are escaped in JSON.
  printf '%s\n' "${ca_text//\\n/$'\n'}" >"$STATE/tls/ca.pem"
  (umask 077 && printf '%s' "$token" >"$STATE/secrets/registration-token")
fi

trap 'printf "\nInterrupted; ./kozmic up goes on from here.\n"; exit 130' INT TERM
"$ROOT/tools/settings.sh"
STEPS=5
step "Debian packages" "$ROOT/tools/packages.sh" up
step "runner (the first build takes minutes)" "$ROOT/tools/binaries.sh"
step "Docker" "$ROOT/tools/infrastructure.sh"
socket=$(cat "$STATE/engine")
step "image debian:12" "$ROOT/tools/base_image.sh" "${socket#unix://}"
step "runner healthy" "$ROOT/tools/services.sh"
printf '\nThis machine is the runner %s of %s\n' "$(runner_name)" "${url:-$(setting KOZMIC_JOIN_BUILD)}"
