#!/bin/bash
# ./kozmic config check
# ./kozmic config reference
#
# check: says whether the configuration files that ./kozmic up has written are
# good, each by the program that reads it, without starting anything; fails if
# one is not. For files of your own, and elsewhere: PROGRAM --config FILE
# --check-config, which heeds the environment too.
#
# reference: prints all settings of all programs, as docs/configuration.md has
# them.
source "$(dirname "$0")/lib.sh"

PROGRAMS="gateway auth project build logstream runner"

check() {
  local program bad=0
  for program in $PROGRAMS; do
    printf '%-10s' "$program"
    # As supervisord starts it: without the caller's environment.
    env -i "PATH=$PATH" "$STATE/bin/$program" --config "$STATE/config/$program.yaml" --check-config 2>&1 ||
      bad=1
  done
  return $bad
}

case ${1:-} in
  -h | --help | "") usage_from_head; exit ;;
  check | reference) ;;
  *) die "config knows no \"$1\"; see ./kozmic config --help" ;;
esac
[ -x "$STATE/bin/gateway" ] || die "nothing is built here yet: run ./kozmic up first"
if [ "$1" = check ]; then
  check
else
  programs=()
  for program in $PROGRAMS; do programs+=("$STATE/bin/$program"); done
  "$ROOT/tools/config_reference.sh" "${programs[@]}"
fi
