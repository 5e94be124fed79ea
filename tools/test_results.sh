# shellcheck shell=bash
# Counts what passed and failed, whatever ran it, and keeps what failed to tell it once more at the end.

begin_results() {
  : >"$STATE/test-results"
  : >"$STATE/test-failures"
}

# record SUITE PASSED FAILED; the seconds are those since the record before it.
record() {
  local before
  before=$(stat -c %Y "$STATE/test-results")
  printf '%s\t%s\t%s\t%s\n' "$2" "$3" "$1" $(($(date +%s) - before)) >>"$STATE/test-results"
}

# check NAME COMMAND...: one test, which is the command's success.
check() {
  local name=$1
  shift
  if "$@"; then
    echo "$name: passed"
    record "$name" 1 0
  else
    echo "$name: FAILED"
    echo "$name" >>"$STATE/test-failures"
    record "$name" 0 1
  fi
}

# A number that follows $2 in the file $1, colours aside; 0 if there is none.
_number_after() {
  local found
  found=$(sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -oE "$2" | tail -n 1 | grep -oE '[0-9]+' | tail -n 1) || true
  echo "${found:-0}"
}

# node_suite NAME FOLDER COMMAND...: a suite of node's runner ("pass 3") or
# vitest ("Tests  1 failed | 3 passed"). Without one test it has failed.
node_suite() {
  local name=$1 folder=$2 log passed failed status=0
  shift 2
  log=$STATE/log/test-${name//[^a-z0-9]/}.log
  (cd "$folder" && "$@") 2>&1 | tee "$log" || status=$?
  passed=$(_number_after "$log" '^(ℹ|#) pass [0-9]+')
  failed=$(_number_after "$log" '^(ℹ|#) fail [0-9]+')
  if [ "$passed" = 0 ] && [ "$failed" = 0 ]; then
    passed=$(_number_after "$log" '^ *Tests .*[0-9]+ passed')
    failed=$(_number_after "$log" '^ *Tests .*[0-9]+ failed')
  fi
  if [ "$failed" = 0 ] && { [ "$status" -ne 0 ] || [ "$passed" = 0 ]; }; then failed=1; fi
  [ "$failed" = 0 ] || _failures_of_node "$name" "$log" | _shorten >>"$STATE/test-failures"
  record "$name" "$passed" "$failed"
}

# A suite is not to hide those after it.
_shorten() {
  awk 'NR <= 150 { print substr($0, 1, 600) } END { if (NR > 150) print "[" NR - 150 " more lines]" }'
}

# What failed itself, not for a part of it, as TAP tells it; else the log's end.
_failures_of_node() {
  local found
  found=$(awk '
    function tell() { if (block != "" && block !~ /subtestsFailed/) printf "%s", block; block = "" }
    /^ *not ok / { tell(); within = 1; lines = 0 }
    within && lines++ < 40 { block = block $0 "\n" }
    /^ *\.\.\.$/ { within = 0 }
    END { tell() }
  ' "$2")
  printf '== %s\n%s\n' "$1" "${found:-$(tail -n 60 "$2")}"
}

# What failing tests of GoogleTest said of it; the end of what others did, which crashed or took too
# long; and whatever else kept Bazel from running them.
_failures_of_bazel() {
  awk -v suite="$1" '
    function end(i) { if (!told) for (i = lines > 20 ? lines - 20 : 0; i < lines; i++) print last[i % 20] }
    BEGIN { print "== " suite; told = 1 }
    /^=+ Test output for / { print; left = 0; told = 0; lines = 0; next }
    /^=+$/ { end(); told = 1; left = 0 }
    { last[lines++ % 20] = $0 }
    /: Failure$|^ERROR: |^(FAIL|TIMEOUT): / { left = 12; told = 1 }
    /^\[  FAILED  \] .*\)$/ { print; left = 0 }
    left-- > 0 { print }
  ' "$2"
}

# count_bazel SUITE LOG STATUS: every test case of every test that Bazel tells of.
count_bazel() {
  local target verdict xml cases bad passed=0 failed=0
  local logs
  logs=$("$ROOT/tools/bazel.sh" info bazel-testlogs 2>/dev/null)
  while read -r target verdict; do
    xml=$logs/${target#//}
    xml=${xml/://}/test.xml
    cases=$(grep -m1 -oE '<testsuites [^>]*' "$xml" 2>/dev/null | grep -oE ' tests="[0-9]+"' | grep -oE '[0-9]+' || echo 1)
    bad=0
    if [ "$verdict" != PASSED ]; then
      bad=$(grep -m1 -oE '<testsuites [^>]*' "$xml" 2>/dev/null | grep -oE ' failures="[0-9]+"' | grep -oE '[0-9]+' || echo 1)
      [ "$bad" -gt 0 ] || bad=1
      [ "$cases" -ge "$bad" ] || cases=$bad
    fi
    passed=$((passed + cases - bad))
    failed=$((failed + bad))
  done < <(sed -nE 's/^(\/\/[^ ]+) +(\(cached\) +)?(PASSED|FAILED TO BUILD|FAILED|TIMEOUT|NO STATUS|FLAKY).*/\1 \3/p' "$2" | sort -u)
  # What kept Bazel from running a test at all is a failure, too.
  if [ "$failed" = 0 ] && { [ "$3" -ne 0 ] || [ "$passed" = 0 ]; }; then failed=1; fi
  [ "$failed" = 0 ] || _failures_of_bazel "$1" "$2" | _shorten >>"$STATE/test-failures"
  record "$1" "$passed" "$failed"
}

# Prints what failed, the table and the sum; fails if anything did, or nothing ran.
end_results() {
  echo
  if [ -s "$STATE/test-failures" ]; then
    printf 'What failed:\n\n%s\n\n' "$(cat "$STATE/test-failures")"
  fi
  awk -F'\t' '
    { printf "%5d passed %3d failed %5d s  %s\n", $1, $2, $4, $3; passed += $1; failed += $2 }
    END { printf "\n%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }
  ' "$STATE/test-results"
}
