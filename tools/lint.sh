#!/bin/bash
# ./kozmic lint [FILE...]
#
# Runs clang-tidy on C++ files: those named, else those that differ from the
# main branch's remote state (or, without one, from the last commit). A file
# takes about 15 s.
source "$(dirname "$0")/lib.sh"

case ${1:-} in
  -h | --help) usage_from_head; exit ;;
esac
cd "$ROOT"
tidy=$(command -v clang-tidy-16 || true)
[ -n "$tidy" ] || die "please install Debian's clang-tidy-16 (14 cannot read this library's headers)"
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || git rev-parse HEAD)
  mapfile -t files < <( (git diff --name-only --diff-filter=d "$base" && git ls-files --others --exclude-standard) |
    grep -E '\.(cc|h)$' | sort -u)
fi
[ ${#files[@]} -gt 0 ] || { echo "No C++ file has changed."; exit 0; }
# The generated protocol headers are Bazel's.
"$ROOT/tools/bazel.sh" build //proto/... >/dev/null 2>&1
generated=$("$ROOT/tools/bazel.sh" info bazel-bin 2>/dev/null)/proto
exec "$tidy" --quiet "${files[@]}" -- -x c++ -std=c++20 -I"$ROOT" -I"$generated"
