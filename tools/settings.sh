#!/bin/bash
# Keeps what the caller's environment says about this installation, so that it
# need be said only once: one KEY=VALUE a line in .kozmic/settings.
source "$(dirname "$0")/lib.sh"

KEYS="KOZMIC_GITHUB_CLIENT_ID KOZMIC_GITHUB_CLIENT_SECRET KOZMIC_GITHUB_WEB_URL
KOZMIC_GITHUB_API_URL KOZMIC_PUBLIC_URL KOZMIC_LISTEN KOZMIC_SLOTS"

{
  for key in $KEYS; do
    value=${!key-$(setting "$key")}
    case $value in
      *$'\n'*) die "$key has a line break in it" ;;
    esac
    [ -z "$value" ] || printf '%s=%s\n' "$key" "$value"
  done
} | write_private "$STATE/settings" root

if ! in_demo; then
  [ -n "$(setting KOZMIC_GITHUB_CLIENT_SECRET)" ] || die "KOZMIC_GITHUB_CLIENT_SECRET is missing"
  [ -n "$(setting KOZMIC_PUBLIC_URL)" ] ||
    die "KOZMIC_PUBLIC_URL is missing: the address at which GitHub and browsers reach this server"
fi
