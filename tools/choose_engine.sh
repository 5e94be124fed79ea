#!/bin/bash
# Decides which Docker engine the runner uses, and writes its address to
# .kozmic/engine: the machine's own if one answers, else one of ours.
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/engine.sh"

own=$RUN/docker.sock
machines=/var/run/docker.sock
if [ -S "$own" ] && engine_answers "$own"; then
  choice=$own
elif [ -S "$machines" ] && engine_answers "$machines"; then
  choice=$machines
else
  choice=$own
fi
echo "unix://$choice" >"$STATE/engine.new"
mv "$STATE/engine.new" "$STATE/engine"
