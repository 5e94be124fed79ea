#!/bin/bash
# Builds the services and puts them into .kozmic/bin, if their sources have
# changed. A running binary is replaced, never written to. A machine that is
# only a runner gets the runner's alone.
source "$(dirname "$0")/lib.sh"

TARGETS="//services/auth:auth //services/project:project //services/build:build
//services/logstream:logstream //services/runner:runner //services/runner/init:kozmic-init
//gateway:gateway"
if joined; then TARGETS="//services/runner:runner //services/runner/init:kozmic-init"; fi

now=$(fingerprint "$ROOT"/{lib,services,gateway,proto,third_party,WORKSPACE,BUILD.bazel,.bazelrc})
complete=1
for target in $TARGETS; do
  [ -x "$STATE/bin/${target##*:}" ] || complete=0
done
if [ $complete = 1 ] && stamp_is binaries "$now"; then exit 0; fi

cd "$ROOT"
# shellcheck disable=SC2086  # a list of words
"$ROOT/tools/bazel.sh" build --color=no --curses=no --show_progress_rate_limit=2 $TARGETS
output=$("$ROOT/tools/bazel.sh" info bazel-bin)
for target in $TARGETS; do
  name=${target##*:}
  package=${target%:*}
  if ! cmp -s "$output/${package#//}/$name" "$STATE/bin/$name"; then
    install -m 755 "$output/${package#//}/$name" "$STATE/bin/$name.new"
    mv "$STATE/bin/$name.new" "$STATE/bin/$name"
  fi
done
set_stamp binaries "$now"
