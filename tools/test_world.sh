#!/bin/bash
# Starts or stops what the tests need around them: tools/test_world.sh start|stop
source "$(dirname "$0")/lib.sh"
source "$ROOT/tools/engine.sh"
source "$ROOT/tools/test_engine.sh"

case $1 in
  start)
    mkdir -p "$TEST_STATE"
    install -d -m 755 "$TEST_TMP"
    start_engine
    start_registry
    ;;
  stop)
    stop_registry
    stop_engine
    rm -rf "$TEST_TMP"
    ;;
esac
