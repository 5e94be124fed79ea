#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"

expected=$'3\n2\n1\nLift-off!'
if [ "$(./countdown.sh 3)" != "$expected" ]; then
  echo "The countdown from 3 is wrong:"
  ./countdown.sh 3
  exit 1
fi
./countdown.sh
