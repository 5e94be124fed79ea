#!/bin/bash
# ./kozmic test [--lint] [--unit] [--web] [--simulator] [--faults] [--e2e] [--compose] [--kubernetes]
#               [--upgrade]
#
# Installs what is missing for the tests, starts what they need (a Docker
# engine if none runs, a registry, images), runs all suites or those named, and
# stops what it started. The last line is "N passed, N failed" of all together.
#   --lint       shellcheck, clang-format, buf
#   --unit       bazel test //...: unit and integration tests of the services
#   --web        the web page's tests, lint and build; the documentation's links; the
#                API's description; the commands that speak with a server from anywhere
#   --simulator  the GitHub simulator's tests
#   --faults     the fault matrix on real processes, killed and paused; each row
#                with as many seeds as KOZMIC_FAULT_REPETITIONS says (2; nightly 20),
#                or with the one that KOZMIC_FAULT_SEED names
#   --e2e        from git push to the green tick, in a browser, on what ./kozmic up
#                starts; with KOZMIC_E2E=whole all that --compose does, too
#   --compose    the images, and everything that their users do, in a browser
#   --upgrade    only when named, before a release: the revision in KOZMIC_UPGRADE_FROM
#                (the newest tag) is built, started, and upgraded to this one while jobs run
#   --kubernetes the manifests: Kubernetes' schemas, profiles, our programs' settings
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/progress.sh"
source "$ROOT/tools/test_results.sh"
source "$ROOT/tools/test_engine.sh"

suites=()
for argument in "$@"; do
  case $argument in
    --lint | --unit | --web | --simulator | --faults | --e2e | --compose | --kubernetes | --upgrade) suites+=("${argument#--}") ;;
    -h | --help) usage_from_head; exit ;;
    *) die "test knows no \"$argument\"; see ./kozmic test --help" ;;
  esac
done
[ ${#suites[@]} -gt 0 ] || suites=(lint web simulator unit faults e2e compose kubernetes)

ensure_state
exec 8>"$STATE/test.lock"
flock --nonblock 8 || die "another ./kozmic test is at work here"
trap 'stop_world' EXIT
trap 'exit 130' INT TERM

world_started=0
start_world() {
  [ "$world_started" = 0 ] || return 0
  world_started=1
  step "Docker engine, images and registry for the tests" "$ROOT/tools/test_world.sh" start
  DOCKER_HOST=$(cat "$STATE/test/engine")
  KOZMIC_TEST_REGISTRY=$(cat "$STATE/test/registry.address")
  export DOCKER_HOST KOZMIC_TEST_REGISTRY KOZMIC_TEST_IMAGE=kozmic-test/busybox
}

stop_world() {
  [ "$world_started" = 0 ] || "$ROOT/tools/test_world.sh" stop >>"$STATE/log/test-dockerd.log" 2>&1 || true
}

git_files() { git -C "$ROOT" -c safe.directory='*' ls-files -z "$@"; }

run_lint() {
  check shellcheck shellcheck -x "$ROOT/kozmic" "$ROOT/.ci/run" "$ROOT"/tools/*.sh "$ROOT"/images/* "$ROOT/migrations/apply.sh" "$ROOT/bench/frontend" "$ROOT/bench/main-job" "$ROOT/bench/runner"
  check clang-format format_check
  check "buf lint" "$STATE/npm/node_modules/@bufbuild/buf-linux-x64/bin/buf" lint "$ROOT/proto"
}

format_check() {
  cd "$ROOT" && git_files '*.cc' '*.h' | xargs -0 --no-run-if-empty clang-format-14 --dry-run -Werror
}

run_web() {
  (cd "$ROOT/frontend" && npm ci --no-audit --no-fund)
  node_suite "web: tests" "$ROOT/frontend" npm test
  (cd "$ROOT/frontend" && check "web: lint" npm run lint)
  (cd "$ROOT/frontend" && check "web: build" npm run build)
  node_suite "web: pages" "$ROOT/frontend" npm run test:pages
  node_suite "web: documentation" "$ROOT/tests/docs" npm test
  install_api_tests
  node_suite "web: api" "$ROOT/tests/api" npm test
  node_suite "web: client" "$ROOT/tools/client" npm test
}

# What holds answers against gateway/openapi.json.
install_api_tests() { (cd "$ROOT/tests/api" && npm ci --no-audit --no-fund); }

# GitHub's description of its API, with what the simulator needs to check against it.
openapi_fetched=0
fetch_openapi() {
  [ "$openapi_fetched" = 0 ] || return 0
  openapi_fetched=1
  (cd "$ROOT/tests/github_simulator" && npm ci --no-audit --no-fund)
  export KOZMIC_OPENAPI=$ROOT/tests/github_simulator
}

run_simulator() {
  fetch_openapi
  node_suite simulator "$ROOT/tests/github_simulator" npm test
}

# Every top folder with targets; not "//...", which would follow Bazel's own
# links when there are several output bases.
bazel_folders() {
  local file
  for file in "$ROOT"/*/; do
    file=$(basename "$file")
    case $file in
      bazel-* | frontend) ;;
      *) [ -z "$(find "$ROOT/$file" -name node_modules -prune -o -name BUILD.bazel -print -quit)" ] || echo "//$file/..." ;;
    esac
  done
}

run_unit() {
  start_world
  # shellcheck disable=SC2046  # a list of words
  bazel_suite unit $(bazel_folders) -//tests/faults/...
}

run_faults() { bazel_suite faults //tests/faults/...; }

# bazel_suite NAME TARGET...
bazel_suite() {
  local suite=$1 log=$STATE/log/test-$1.log status=0
  shift
  install -d -m 755 "$TEST_TMP"
  fetch_openapi
  "$ROOT/tools/bazel.sh" test --color=no --curses=no --keep_going --show_progress_rate_limit=15 \
    --test_env=KOZMIC_FAULT_REPETITIONS --test_env=KOZMIC_FAULT_SEED \
    --test_tmpdir="$TEST_TMP" -- "$@" 2>&1 | tee "$log" || status=$?
  count_bazel "$suite" "$log" "$status"
}

# Starts an installation of its own, by ./kozmic up.
run_e2e() {
  install_api_tests
  (cd "$ROOT/tests/e2e" && npm ci --no-audit --no-fund)
  node_suite e2e "$ROOT/tests/e2e" npm test
}

run_compose() {
  start_world
  "$ROOT/tools/images.sh"
  install_api_tests
  (cd "$ROOT/tests/e2e" && npm ci --no-audit --no-fund)
  node_suite compose "$ROOT/tests/e2e" npm run test:compose
}

run_upgrade() {
  KOZMIC_UPGRADE_FROM=${KOZMIC_UPGRADE_FROM:-$(git -C "$ROOT" -c safe.directory='*' describe --tags --abbrev=0 2>/dev/null)} ||
    die "test --upgrade: there is no tag of a release; say KOZMIC_UPGRADE_FROM=REVISION"
  export KOZMIC_UPGRADE_FROM
  "$ROOT/tools/binaries.sh" >>"$STATE/log/test-binaries.log" 2>&1
  (cd "$ROOT/tests/e2e" && npm ci --no-audit --no-fund)
  node_suite upgrade "$ROOT/tests/e2e" npm run test:upgrade
}

run_kubernetes() {
  "$ROOT/tools/binaries.sh" >>"$STATE/log/test-binaries.log" 2>&1
  (cd "$ROOT/tests/kubernetes" && npm ci --no-audit --no-fund)
  KOZMIC_BIN=$STATE/bin node_suite kubernetes "$ROOT/tests/kubernetes" npm test
}

STEPS=3
step "Debian packages" "$ROOT/tools/packages.sh" up test
step "Node.js, dbmate and buf" "$ROOT/tools/node.sh" install test
PATH=$("$ROOT/tools/node.sh" path):$PATH

begin_results
for suite in "${suites[@]}"; do
  printf '\n== %s\n' "$suite"
  "run_$suite"
done
end_results
