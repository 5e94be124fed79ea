#!/bin/bash
# Prints the countdown from $1 (10 if absent) to lift-off.
set -euo pipefail

for ((i = ${1:-10}; i > 0; i--)); do
  echo "$i"
done
echo "Lift-off!"
