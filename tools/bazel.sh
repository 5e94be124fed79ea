#!/bin/bash
# Bazel, as all tools call it. KOZMIC_BAZEL_OUTPUT_BASE gives it an output base
# of its own. Its server goes away after a while without work.
source "$(dirname "$0")/lib.sh"

options=(--max_idle_secs=120)
[ -z "${KOZMIC_BAZEL_OUTPUT_BASE:-}" ] || options+=(--output_base="$KOZMIC_BAZEL_OUTPUT_BASE")
cd "$ROOT"
# The server must not hold our callers' locks.
exec bazel "${options[@]}" "$@" 8>&- 9>&-
