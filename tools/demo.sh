#!/bin/bash
# Makes sure that the demo has its project and a first build, and writes what
# the visitor is told to .kozmic/demo/greeting.
source "$(dirname "$0")/lib.sh"

gateway=http://$(gateway_address)
simulator=http://127.0.0.1:$(port_of simulator)

mkdir -p "$STATE/demo"
if ! stamp_is demo "$gateway"; then
  "$("$ROOT/tools/node.sh" path)/node" "$ROOT/tools/demo.mjs" "$gateway" "$simulator" >"$STATE/demo/page"
  set_stamp demo "$gateway"
fi

cat >"$STATE/demo/greeting" <<TEXT

Kozmic CI is at   $gateway/
                  Sign in as octo, on the page of the simulated GitHub.

Watch its build:  $(tail -n 1 "$STATE/demo/page" 2>/dev/null || echo "$gateway/")

Build once more:  git clone $simulator/octo/hello.git && cd hello &&
                  git -c user.name=Octo -c user.email=octo@example.com commit --allow-empty -m "Build again" && git push

./kozmic status shows what runs, ./kozmic down stops it. A real GitHub: see README.md.
TEXT
