#!/bin/bash
# ./kozmic bench NAME [ARGUMENT...]
#
# Runs the measurement bench/NAME. It tells what it needs.
source "$(dirname "$0")/lib.sh"

available() {
  local file
  for file in "$ROOT"/bench/*; do
    [ ! -f "$file" ] || [ ! -x "$file" ] || basename "$file"
  done | paste -sd' '
}

case ${1:-} in
  -h | --help) usage_from_head; exit ;;
  "" | */*) die "which measurement? There are: $(available)" ;;
esac
[ -x "$ROOT/bench/$1" ] || die "there is no measurement \"$1\"; there are: $(available)"
name=$1
shift
exec "$ROOT/bench/$name" "$@"
