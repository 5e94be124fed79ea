# shellcheck shell=bash
# One line for each step of a long command, with the time it has taken and, as
# it goes on, the newest line of what it says.

STEPS=${STEPS:-0}
STEP=0

_tick() {
  local parent=$1 label=$2 log=$3 began=$4 every=20 next=20 newest elapsed
  while sleep 1 >/dev/null && kill -0 "$parent" 2>/dev/null; do
    elapsed=$((SECONDS - began))
    newest=$(tail -c 400 "$log" 2>/dev/null | tr '\r' '\n' | tr -cd '[:print:]\n' |
      grep -v '^[[:space:]]*$' | tail -n 1 | cut -c1-60)
    if [ -t 1 ]; then
      printf '\r\033[K%s … %d s  \033[2m%s\033[0m' "$label" "$elapsed" "$newest"
    elif [ "$elapsed" -ge "$next" ]; then
      printf '%s … %d s  %s\n' "$label" "$elapsed" "$newest"
      next=$((elapsed + every))
    fi
  done
}

# step TITLE COMMAND...: runs the command with its output in a log of its own.
# A failure shows the end of that log and ends the whole command.
step() {
  local title=$1 began=$SECONDS status=0 label log ticker
  shift
  STEP=$((STEP + 1))
  label=$(printf '[%2d/%d] %s' "$STEP" "$STEPS" "$title")
  log=$STATE/log/step-$(basename "$1" .sh).log
  : >"$log"
  [ ! -t 1 ] || printf '%s …' "$label"
  _tick "$$" "$label" "$log" "$began" 9>&- &
  ticker=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  [ ! -t 1 ] || printf '\r\033[K'
  if [ "$status" -ne 0 ]; then
    printf '%s: failed after %d s\n\n' "$label" $((SECONDS - began))
    tail -n 25 "$log" | sed 's/^/    /'
    printf '\nThe whole output is in %s\n' "${log#"$ROOT"/}"
    exit 1
  fi
  printf '%s  %d s\n' "$label" $((SECONDS - began))
}
