#!/bin/bash
# ./kozmic up
#
# Installs what is missing from Debian and npm, builds everything, starts a
# private PostgreSQL, Redis and (if none runs) Docker engine, and all services,
# watched by supervisord. All of it lies in .kozmic/. Running it again is
# harmless, takes seconds, repairs what was left half done, and restarts what
# has changed.
#
# Without GitHub credentials it is a demo with a simulated GitHub. With
#   KOZMIC_GITHUB_CLIENT_ID, KOZMIC_GITHUB_CLIENT_SECRET   a GitHub OAuth app
#   KOZMIC_PUBLIC_URL     the address at which GitHub and browsers reach it
# in the environment it serves real GitHub repositories. Also understood:
#   KOZMIC_LISTEN         host:port to serve HTTP on (127.0.0.1:8080)
#   KOZMIC_RUNNERS_LISTEN an address of this machine, or 0.0.0.0: runners elsewhere are let
#                         in there (docs/runners.md); KOZMIC_RUNNERS_ADDRESS by what name
#   KOZMIC_TLS_LISTEN, KOZMIC_TLS_CERTIFICATE, KOZMIC_TLS_KEY   host:port to speak TLS on,
#                         besides KOZMIC_LISTEN, and the files for it: docs/connect-github.md
#   KOZMIC_TRUSTED_PROXIES  addresses of TLS proxies in front, with commas (127.0.0.1 when
#                         the public URL is https)
#   KOZMIC_TRACE_ENDPOINT where traces are sent: docs/monitoring.md
#   KOZMIC_ADMINS         logins at GitHub, with commas, of those who see all
#                         runners and the whole queue
#   KOZMIC_SLOTS          jobs at once (one per processor core)
#   KOZMIC_WARM_CONTAINERS  containers that are started ahead of jobs (0)
#   KOZMIC_CACHED_IMAGES_LIMIT  images of install scripts kept per project (3)
#   KOZMIC_CACHED_IMAGES_MAX_AGE  those not used for so long are removed (720h)
#   KOZMIC_CACHE_REGISTRY       registry by which runners share them: host:port/prefix
#   KOZMIC_CACHE_REGISTRY_AUTH_FILE  file with one line user:password for it
#   KOZMIC_LEAST_FREE_DISK_PERCENT  no jobs are taken when less of the disk is
#                           free, and less than 10 GB (10)
#   KOZMIC_JOB_DISK_MB    what a job may write (20480); KOZMIC_JOB_NETWORK_ALLOW,
#                         KOZMIC_JOB_PROFILE and more of what jobs may: docs/isolation.md
#   KOZMIC_GITHUB_WEB_URL, KOZMIC_GITHUB_API_URL           GitHub Enterprise
#   KOZMIC_DEPLOY_KEY_TYPE  of new deploy keys: ed25519 (the default) or rsa
#   KOZMIC_GITHUB_SSH_URL where its repositories are by SSH (ssh://git@HOST)
#   KOZMIC_SMTP_HOST, KOZMIC_MAIL_SENDER  mail when builds fail; these and more,
#                         KOZMIC_NOTIFICATION_NETWORKS too: docs/notifications.md
#   KOZMIC_LOG_ARCHIVE_FOLDER  where logs of ended jobs are moved to from the
#                         database: docs/logs.md
# They are remembered in .kozmic/settings; an empty value forgets one.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/progress.sh"

case ${1:-} in
  "") ;;
  -h | --help) usage_from_head; exit ;;
  *) die "up knows no \"$1\"; see ./kozmic up --help" ;;
esac

[ -w /run ] || die "cannot write to /run: please run this as root"
ensure_state
exec 9>"$STATE/lock"
if ! flock --nonblock 9; then
  echo "Another ./kozmic is at work here; waiting for it."
  flock 9
fi
[ ! -e "$STATE/restore" ] ||
  die "a ./kozmic restore did not get to its end: run it again (or ./kozmic down --purge)"

if joined; then
  flock --unlock 9
  exec "$ROOT/tools/join.sh"
fi
trap 'printf "\nInterrupted; the next ./kozmic up goes on from here.\n"; exit 130' INT TERM
"$ROOT/tools/settings.sh"
if in_demo; then STEPS=9; else STEPS=8; fi
step "Debian packages" "$ROOT/tools/packages.sh" up
step "Node.js and dbmate" "$ROOT/tools/node.sh" install
step "web page" "$ROOT/tools/frontend.sh"
step "services (the first build takes minutes)" "$ROOT/tools/binaries.sh"
step "PostgreSQL, Redis, Docker" "$ROOT/tools/infrastructure.sh"
socket=$(cat "$STATE/engine")
step "image debian:12" "$ROOT/tools/base_image.sh" "${socket#unix://}"
step "database schemas" "$ROOT/tools/migrate.sh"
step "all processes healthy" "$ROOT/tools/services.sh"
if in_demo; then
  step "demo: sign in, project, first push" "$ROOT/tools/demo.sh"
  cat "$STATE/demo/greeting"
else
  printf '\nKozmic CI is at %s\n' "$(setting KOZMIC_PUBLIC_URL)"
fi
