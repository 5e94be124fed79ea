#!/bin/bash
# ./kozmic logs [NAME] [-f]
#
# Prints the newest log lines of all processes, or of one; -f goes on with what
# follows. The files lie in .kozmic/log.
source "$(dirname "$0")/lib.sh"

follow=()
files=()
for argument in "$@"; do
  case $argument in
    -f | --follow) follow=(-F) ;;
    -h | --help) usage_from_head; exit ;;
    *)
      [ -f "$STATE/log/$argument.log" ] ||
        die "there is no log \"$argument\"; there are: $(cd "$STATE/log" && printf '%s ' ./*.log | sed 's/\.\///g; s/\.log//g')"
      files+=("$STATE/log/$argument.log")
      ;;
  esac
done
if [ ${#files[@]} -eq 0 ]; then
  for file in "$STATE"/log/*.log; do
    case $file in
      */step-*) ;;
      *) files+=("$file") ;;
    esac
  done
fi
exec tail -n 100 "${follow[@]}" "${files[@]}"
