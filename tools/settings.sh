#!/bin/bash
# Keeps what the caller's environment says about this installation, so that it
# need be said only once: one KEY=VALUE a line in .kozmic/settings.
source "$(dirname "$0")/lib.sh"

KEYS="KOZMIC_GITHUB_CLIENT_ID KOZMIC_GITHUB_CLIENT_SECRET KOZMIC_GITHUB_WEB_URL
KOZMIC_GITHUB_API_URL KOZMIC_GITHUB_SSH_URL KOZMIC_DEPLOY_KEY_TYPE KOZMIC_PUBLIC_URL
KOZMIC_LISTEN KOZMIC_SLOTS KOZMIC_WARM_CONTAINERS KOZMIC_CACHED_IMAGES_LIMIT KOZMIC_CACHED_IMAGES_MAX_AGE
KOZMIC_CACHE_REGISTRY KOZMIC_CACHE_REGISTRY_AUTH_FILE KOZMIC_LEAST_FREE_DISK_PERCENT
KOZMIC_JOB_DISK_MB KOZMIC_JOB_PROFILE KOZMIC_FORK_PROFILE KOZMIC_JOB_RUNTIME
KOZMIC_JOB_NETWORK_POLICY KOZMIC_FORK_NETWORK_POLICY KOZMIC_JOB_NETWORK_ALLOW
KOZMIC_SMTP_HOST KOZMIC_SMTP_PORT
KOZMIC_SMTP_TLS KOZMIC_SMTP_USERNAME KOZMIC_SMTP_PASSWORD KOZMIC_SMTP_CA_FILE KOZMIC_MAIL_ENABLED KOZMIC_MAIL_SENDER
KOZMIC_NOTIFICATION_NETWORKS KOZMIC_LOG_ARCHIVE_FOLDER KOZMIC_ADMINS
KOZMIC_TRUSTED_PROXIES KOZMIC_TLS_LISTEN KOZMIC_TLS_CERTIFICATE KOZMIC_TLS_KEY
KOZMIC_RUNNERS_LISTEN KOZMIC_RUNNERS_ADDRESS KOZMIC_RUNNER_NAME KOZMIC_LABELS
KOZMIC_JOIN_BUILD KOZMIC_JOIN_LOGSTREAM KOZMIC_JOIN_PREFIXES KOZMIC_TRACE_ENDPOINT"

for key in $KEYS; do
  declare "$key=${!key-$(setting "$key")}"
  case ${!key} in
    *$'\n'*) die "$key has a line break in it" ;;
  esac
done

if [ -n "$KOZMIC_LISTEN" ]; then
  if ! [[ $KOZMIC_LISTEN =~ ^.+:([1-9][0-9]{0,4})$ ]] || [ "${BASH_REMATCH[1]}" -gt 65535 ]; then
    die "KOZMIC_LISTEN is host:port, such as 127.0.0.1:8080; not \"$KOZMIC_LISTEN\""
  fi
fi
[ -z "$KOZMIC_TLS_KEY" ] || make_account "$SERVICE_USER"
for key in KOZMIC_TLS_CERTIFICATE KOZMIC_TLS_KEY; do
  [ -z "${!key}" ] || runuser -u "$SERVICE_USER" -- test -r "${!key}" ||
    die "$key: the account $SERVICE_USER, as which the gateway runs, cannot read ${!key}"
done
case $KOZMIC_DEPLOY_KEY_TYPE in
  "" | ed25519 | rsa) ;;
  *) die "KOZMIC_DEPLOY_KEY_TYPE is ed25519 or rsa, not \"$KOZMIC_DEPLOY_KEY_TYPE\"" ;;
esac
if [ -n "$KOZMIC_GITHUB_CLIENT_ID" ]; then
  [ -n "$KOZMIC_GITHUB_CLIENT_SECRET" ] || die "KOZMIC_GITHUB_CLIENT_SECRET is missing"
  [ -n "$KOZMIC_PUBLIC_URL" ] ||
    die "KOZMIC_PUBLIC_URL is missing: the address at which GitHub and browsers reach this server"
fi

for key in $KEYS; do
  [ -z "${!key}" ] || printf '%s=%s\n' "$key" "${!key}"
done | write_private "$STATE/settings" root
